"""Read side of the fleet."""
