"""What the commands of the fleet share."""
