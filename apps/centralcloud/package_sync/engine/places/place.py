"""Where one registry is, and what it is told about who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from apps.centralcloud.package_sync.engine.places.connection import Connection

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a registry's documents are. Addresses end in a slash.

    ``url`` is what the registry's client program reads: npm the registry, pypi the simple index,
    cargo the sparse index, hex the repository. ``api`` is its HTTP API: pypi's JSON API, cargo's
    and hex's; empty where there is none, or where only the registry itself says (cargo's
    ``config.json``). ``headers`` are the user's credentials: they go to the host of ``url``, or of
    ``owner`` where that is set, and nowhere else. ``private`` places are configured by the user and
    may lead into a private network; what others name beside their own hosts is asked at public
    addresses only. ``scopes`` are the places of npm's scopes (``@babel``) that have
    one of their own. ``connection`` says how the hosts are connected to; where there is none, the
    environment does.
    """

    ecosystem: str
    url: str
    api: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    private: bool = False
    owner: str = ""
    scopes: Mapping[str, Place] = field(default_factory=dict, repr=False)
    connection: Connection | None = field(default=None, repr=False)

    def of(self, namespace: str) -> Place:
        """The place of packages of a namespace: that of its scope, else this one."""
        return self.scopes.get(namespace, self)

    def secrets(self, url: str) -> Mapping[str, str]:
        """The credentials that may go along to an address: all, or none at all."""
        return self.headers if origin(url) == origin(self.owner or self.url) else {}


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address; the host without credentials and in lower case."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
