"""Management commands of due work."""
