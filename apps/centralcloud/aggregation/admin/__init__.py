"""Aggregation in the admin."""
