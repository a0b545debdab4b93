"""What comes back from the fleet: insights, recommendations, statistics."""
