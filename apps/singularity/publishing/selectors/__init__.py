"""Read side of publishing."""
