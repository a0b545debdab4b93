"""The management commands of training."""
