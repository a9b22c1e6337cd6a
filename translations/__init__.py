"""Languages: what they are called, how they are written, and what state a translation is in."""
