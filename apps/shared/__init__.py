"""What both sites stand on."""
