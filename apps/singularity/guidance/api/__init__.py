"""REST endpoints of what the fleet told."""
