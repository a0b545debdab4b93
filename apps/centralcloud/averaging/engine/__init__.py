"""Aggregators and the vetting of submissions, over files; no Django."""
