"""How pages write what was mined."""
