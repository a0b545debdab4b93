"""The version of the whole product."""

VERSION = "0.1.0"
"""That of `pyproject.toml`, which is not there in an image."""
