"""Keeps the web servers, workers and schedulers of both sites running on one machine."""
