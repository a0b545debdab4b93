"""Write side of cached answers."""
