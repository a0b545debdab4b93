"""Read side of insights."""
