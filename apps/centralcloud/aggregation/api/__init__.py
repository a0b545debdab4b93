"""REST API of what the fleet knows."""
