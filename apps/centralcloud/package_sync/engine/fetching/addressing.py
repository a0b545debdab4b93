"""From a place and a path, or from a redirect, to the address that is asked."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import httpx

from apps.centralcloud.package_sync.engine.places.place import Place
from apps.centralcloud.package_sync.engine.registry import Malformed, Refused


def address(place: Place, path_or_url: str) -> str:
    """The whole address of a document.

    Raises:
        Refused: the place is none that is asked over HTTP.
    """
    if path_or_url.lower().startswith(("http://", "https://")):
        return _checked(path_or_url)
    if not place.url:
        raise Refused(f"no address is known for {place.ecosystem}")
    return _checked(place.url.rstrip("/") + "/" + path_or_url.lstrip("/"))


def led_to(url: str, location: str) -> str:
    """Where a redirect leads.

    Raises:
        Malformed: it leads nowhere.
        Refused: it leads from https to http, where anybody may read along and answer.
    """
    if not location:
        raise Malformed("the registry redirects to nowhere")
    led = _checked(url, location)
    if url.startswith("https:") and not led.startswith("https:"):
        raise Refused("the registry redirects to an address without encryption")
    return led


def _checked(url: str, location: str = "") -> str:
    """The address as it is asked, in the one form that all who judge it see."""
    try:
        joined = urljoin(url, location)
        asked = httpx.URL(joined)
        parts = urlsplit(str(asked))
        same = parts.hostname == asked.raw_host.decode() and parts.port == asked.port
    except (ValueError, httpx.InvalidURL):
        raise Malformed("the registry names an address that is none") from None
    if parts.scheme == "file":
        raise Refused("an index in files is not read (name one that is served over HTTP)")
    if parts.scheme not in ("http", "https"):
        raise Refused("only registries that speak HTTP are asked")
    if parts.username is not None:
        raise Refused("the registry leads to an address with credentials in it")
    if not same:
        raise Malformed("the registry names an address that is none")
    return str(asked)
