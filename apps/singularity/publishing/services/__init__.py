"""Write side of publishing."""
