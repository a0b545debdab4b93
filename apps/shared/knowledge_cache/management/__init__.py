"""The management commands of the knowledge cache."""
