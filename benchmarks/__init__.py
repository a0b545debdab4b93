"""Measurements behind `make bench`: rates and qualities beside their limits and peers."""
