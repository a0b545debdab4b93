"""The management commands of insights."""
