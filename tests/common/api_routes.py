"""The routes of the REST API of the site that a test is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from apps.shared.core.api.viewsets import ListViewSet


def routes(patterns: Any = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Each route with what answers it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(pattern.pattern).lstrip("^").rstrip("$").removesuffix("\\Z")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield here, pattern.callback


def lists() -> dict[str, type[ListViewSet[Any]]]:
    """The class of every list that takes no argument, by its path below the API's."""
    found = {}
    for path, view in routes():
        kind, actions = getattr(view, "cls", None), getattr(view, "actions", None) or {}
        plain = path.startswith("api/v1/") and not set(path) & set("<(")
        if plain and kind and actions.get("get") == "list":
            found[path.removeprefix("api/v1/")] = kind
    return found
