"""The transport below the cache: only what really goes over the network passes here."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import cast

import httpcore
import httpx

from apps.centralcloud.package_sync.engine.fetching.answers import (
    connection_failed,
    retry_after,
    status_check,
)
from apps.centralcloud.package_sync.engine.fetching.counting import request_sent
from apps.centralcloud.package_sync.engine.fetching.limits import Limits
from apps.centralcloud.package_sync.engine.fetching.network import deadline
from apps.centralcloud.package_sync.engine.fetching.pace import Pace
from apps.centralcloud.package_sync.engine.fetching.pools import Pools
from apps.centralcloud.package_sync.engine.fetching.rates import interval
from apps.centralcloud.package_sync.engine.fetching.visit import Visit
from apps.centralcloud.package_sync.engine.places.place import origin

_DROPPED = frozenset({b"set-cookie"})


class Wire(httpx.BaseTransport):
    """Sends requests over the network, each in the host's own time.

    Answers other than a document, a redirect and "unchanged" are raised: the cache sees none.
    """

    def __init__(self, limits: Limits, pace: Pace) -> None:
        self._limits = limits
        self._pace = pace
        self._pools = Pools(limits)

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
            answer = self._pools.of(request.url, visit).handle_request(
                self._outgoing(request, visit)
            )
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
        self._pools.close()

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
