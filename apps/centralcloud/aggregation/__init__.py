"""What instances share, as state, and what it adds up to over the fleet."""
