"""Read side of what the fleet knows."""
