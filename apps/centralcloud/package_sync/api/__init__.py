"""REST API of packages."""
