"""Submissions to rounds to aggregate models, and how instances find them."""
