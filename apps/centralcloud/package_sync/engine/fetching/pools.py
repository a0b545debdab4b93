"""Pools of connections, one for each host and way of connecting to it."""

from __future__ import annotations

import logging
import os
import ssl
import threading
from functools import cache

import httpcore
import httpx

from apps.centralcloud.package_sync.engine.fetching.certificates import unverifying, verifying
from apps.centralcloud.package_sync.engine.fetching.limits import Limits
from apps.centralcloud.package_sync.engine.fetching.network import Network
from apps.centralcloud.package_sync.engine.fetching.proxies import Proxy, proxy_of
from apps.centralcloud.package_sync.engine.fetching.visit import Visit
from apps.centralcloud.package_sync.engine.places.connection import Connection, python

logger = logging.getLogger(__name__)


class Pools:
    """Connections to hosts, bounded for each.

    Those that may reach private addresses are apart from those that may not, those of one registry
    from those of another that is connected to otherwise, and verified ones from unverified.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._standard = python(os.environ)
        self._pools: dict[object, httpcore.ConnectionPool] = {}
        self._contexts: dict[Connection, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def of(self, url: httpx.URL, visit: Visit) -> httpcore.ConnectionPool:
        """The pool for one step of a fetch.

        Raises:
            Refused, Unavailable: the settings do not allow it, or are wrong.
        """
        connection = visit.place.connection or self._standard
        proxy = proxy_of(connection, url, guarded=visit.guarded)
        key = (url.raw_scheme, url.raw_host, url.port, visit.guarded, proxy, connection)
        with self._lock:
            if key not in self._pools:
                self._pools[key] = self._made(url, visit, connection, proxy)
            return self._pools[key]

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()

    def _made(
        self, url: httpx.URL, visit: Visit, connection: Connection, proxy: Proxy | None
    ) -> httpcore.ConnectionPool:
        checked = self._context(connection) if proxy and proxy.encrypted else None
        return httpcore.ConnectionPool(
            ssl_context=self._of_host(url, connection) if url.scheme == "https" else checked,
            proxy=proxy.of_pool(checked) if proxy else None,
            max_connections=self._limits.connections,
            keepalive_expiry=5.0,
            network_backend=Network(guarded=visit.guarded and proxy is None),
        )

    def _of_host(self, url: httpx.URL, connection: Connection) -> ssl.SSLContext:
        setting = connection.unverified_by(str(url))
        if not setting:
            return self._context(connection)
        _unverified_told(url.netloc.decode(), setting)
        return unverifying()

    def _context(self, connection: Connection) -> ssl.SSLContext:
        """Read when something encrypted is asked, so that wrong settings are what that meets."""
        if connection not in self._contexts:
            self._contexts[connection] = verifying(connection)
        return self._contexts[connection]


@cache
def _unverified_told(host: str, setting: str) -> None:
    """Say it once in the life of a process."""
    logger.warning(
        "the certificate of %s is not checked (%s): whoever is on the way can change what is read",
        host,
        setting,
    )
