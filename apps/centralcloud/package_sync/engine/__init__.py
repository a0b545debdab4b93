"""Registries and advisories as they are read, without Django."""
