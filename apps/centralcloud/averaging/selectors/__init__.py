"""Read side of averaging."""
