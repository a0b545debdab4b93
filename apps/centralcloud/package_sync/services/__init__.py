"""Write side of packages."""
