"""Read side of packages."""
