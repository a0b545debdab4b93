"""The transport below the cache: only what really goes over the network passes here."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import cast

import httpcore
import httpx

from apps.centralcloud.package_sync.engine.fetching.answers import (
    connection_failed,
    retry_after,
    status_check,
)
from apps.centralcloud.package_sync.engine.fetching.certificates import context
from apps.centralcloud.package_sync.engine.fetching.counting import request_sent
from apps.centralcloud.package_sync.engine.fetching.limits import Limits
from apps.centralcloud.package_sync.engine.fetching.network import Network, deadline
from apps.centralcloud.package_sync.engine.fetching.pace import Pace
from apps.centralcloud.package_sync.engine.fetching.proxies import Proxies, Proxy
from apps.centralcloud.package_sync.engine.fetching.rates import interval
from apps.centralcloud.package_sync.engine.fetching.visit import Visit
from apps.centralcloud.package_sync.engine.places.place import origin

_DROPPED = frozenset({b"set-cookie"})


class Wire(httpx.BaseTransport):
    """Sends requests over the network, each in the host's own time.

    Answers other than a document, a redirect and "unchanged" are raised: the cache sees none. Each
    host has a pool of its own, which bounds the connections to it; pools that may reach private
    addresses are apart from those that may not.
    """

    def __init__(self, limits: Limits, pace: Pace) -> None:
        self._limits = limits
        self._pace = pace
        self._proxies = Proxies()
        self._pools: dict[object, httpcore.ConnectionPool] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request over the network.

        Raises:
            RegistryError, Again: there is no document.
        """
        visit: Visit = request.extensions["visit"]
        url = str(request.url)
        host = ":".join(map(str, origin(url)))
        self._pace.turn(host, interval(visit.place, url))
        deadline.set(time.monotonic() + self._limits.answer)
        request_sent()
        with _failures():
            answer = self._pool(request.url, visit).handle_request(self._outgoing(request, visit))
        headers = httpx.Headers(answer.headers)
        try:
            after = retry_after(headers.get("retry-after", ""))
            if after and answer.status != 200:
                self._pace.hold(host, after)
            status_check(answer.status, after)
        except BaseException:
            answer.close()
            raise
        return httpx.Response(answer.status, headers=_kept(headers), stream=_Body(answer))

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()

    def _outgoing(self, request: httpx.Request, visit: Visit) -> httpcore.Request:
        limits = self._limits
        timeouts = {"connect": limits.connect, "read": limits.silence, "write": limits.silence}
        secrets = [(name.encode(), value.encode()) for name, value in visit.secrets.items()]
        return httpcore.Request(
            "GET",
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=[*request.headers.raw, *secrets],
            extensions={"timeout": {**timeouts, "pool": limits.answer}},
        )

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Read when something encrypted is asked, so that wrong settings are what that meets."""
        return context()

    def _pool(self, url: httpx.URL, visit: Visit) -> httpcore.ConnectionPool:
        proxy = self._proxies.of(url, guarded=visit.guarded)
        key = (url.raw_scheme, url.raw_host, url.port, visit.guarded, proxy)
        with self._lock:
            if key not in self._pools:
                guarded = visit.guarded and proxy is None
                self._pools[key] = self._pool_made(url.scheme, proxy, Network(guarded=guarded))
            return self._pools[key]

    def _pool_made(
        self, scheme: str, proxy: Proxy | None, network: Network
    ) -> httpcore.ConnectionPool:
        encrypted = scheme == "https" or (proxy is not None and proxy.encrypted)
        context = self._context if encrypted else None
        return httpcore.ConnectionPool(
            ssl_context=context,
            proxy=proxy.of_pool(context) if proxy else None,
            max_connections=self._limits.connections,
            keepalive_expiry=5.0,
            network_backend=network,
        )


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _failures():
            yield from cast("Iterable[bytes]", self._answer.stream)

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise connection_failed(error) from None
    except httpcore.ProxyError as error:
        raise connection_failed(error) from None


def _kept(headers: httpx.Headers) -> list[tuple[bytes, bytes]]:
    """The headers for the cache, which asks again where the registry does not say how long.

    Guessing from the last change (RFC 9111, section 4.2.2) would keep a package that rests for a
    year without a look for weeks.
    """
    raw = [(name, value) for name, value in headers.raw if name.lower() not in _DROPPED]
    if "max-age" not in headers.get("cache-control", "") and "expires" not in headers:
        raw.append((b"cache-control", b"no-cache"))
    return raw
