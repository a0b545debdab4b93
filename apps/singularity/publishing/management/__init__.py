"""The management commands of publishing."""
