"""How pages draw and colour what was mined."""
