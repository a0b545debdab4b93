"""The management commands of artifacts."""
