"""Admin pages of packages."""
