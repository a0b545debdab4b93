"""Where one registry is, and what it is told about who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a registry's documents are.

    ``url`` is the base of what its client program reads: npm the registry, pypi the simple index,
    cargo the sparse index (empty where there is none), hex the repository. ``api`` is the base of
    the registry's API: pypi the JSON API, cargo and hex their APIs; empty where there is none.
    Both end in a slash. ``headers`` are the user's credentials: they go to the hosts of ``url`` and
    ``api`` and nowhere else. ``private`` places are configured by the user and may lie in a private
    network. ``scopes`` are places of npm's scopes (``@babel``) that have one of their own.
    """

    ecosystem: str
    url: str
    api: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    private: bool = False
    scopes: Mapping[str, Place] = field(default_factory=dict, repr=False)

    def of(self, namespace: str) -> Place:
        """The place of packages of a namespace: that of its scope, else this one."""
        return self.scopes.get(namespace, self)

    @property
    def origins(self) -> frozenset[tuple[str, str, int]]:
        """Where the credentials may go: scheme, host and port of ``url`` and ``api``."""
        return frozenset(origin(url) for url in (self.url, self.api) if url)


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address; the host without credentials and in lower case."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
