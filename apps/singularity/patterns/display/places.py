"""Addresses of places."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode


def place_url(codebase: int, path: str) -> str:
    """Address that leads to the file at a path, or to the files below it."""
    query = urlencode([("codebase", codebase), ("path", path)])
    return f"{reverse('admin:patterns_place')}?{query}"
