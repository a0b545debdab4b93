"""What the fleet's knowledge means: ranked insights, recommendations for each instance, answers."""
