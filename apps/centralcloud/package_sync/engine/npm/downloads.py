"""How often a package was downloaded.

Source: npm's registry documentation, "Package Download Counts". The counts are served by another
host than the packages: ``api.`` of the domain whose ``registry.`` has those. A registry that the
user configured has no such counts, unless its place names where they are.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.reading import Part

DAYS = 30
_PERIOD = "last-month"
_REGISTRY = "registry."


def downloads_url(place: Place, name: str) -> str:
    """Where the count of a package is; empty where the place has none."""
    root = place.api or _derived(place)
    return f"{root}downloads/point/{_PERIOD}/{quote(name, safe='@/')}" if root else ""


def downloads_read(document: Part) -> int | None:
    """The count of the last 30 days.

    Raises:
        Malformed: it is no count.
    """
    return document.number("downloads")


def _derived(place: Place) -> str:
    parts = urlsplit(place.url)
    if place.private or not parts.netloc.startswith(_REGISTRY):
        return ""
    return f"{parts.scheme}://api.{parts.netloc.removeprefix(_REGISTRY)}/"
