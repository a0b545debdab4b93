"""REST API of mining."""
