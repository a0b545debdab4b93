"""Whether this site lives, and whether what it needs answers."""
