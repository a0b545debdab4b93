"""Cached answers and copies over REST."""
