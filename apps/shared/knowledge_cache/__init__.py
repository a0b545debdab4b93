"""Answers that are asked often: kept under the revision of what they derive from, and copied."""
