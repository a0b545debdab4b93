"""The management commands of the bridge."""
