"""Template tags of due work, for the admin."""
