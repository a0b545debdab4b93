"""How often public registries want to be asked at most.

cargo: "a maximum of 1 request per second" of its API (its crawler policy; the sparse index has no
limit). hex: 100 requests a minute without a key (its API documentation). A place that the user
configured has its own rules, and says so by Retry-After.
"""

from __future__ import annotations

from collections.abc import Mapping

from apps.centralcloud.package_sync.engine.places.place import Place

INTERVALS: Mapping[str, float] = {"cargo": 1.0, "hex": 60 / 100}
"""Seconds between two requests to the API of an ecosystem's public registry."""


def interval(place: Place, url: str) -> float:
    """Seconds between this request and the next one; 0 where there is no limit."""
    limited = bool(place.api) and not place.private and url.startswith(place.api)
    return INTERVALS.get(place.ecosystem, 0.0) if limited else 0.0
