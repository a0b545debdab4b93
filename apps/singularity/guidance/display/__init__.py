"""How guidance is worded and drawn."""
