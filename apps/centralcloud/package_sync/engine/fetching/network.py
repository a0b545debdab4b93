"""Connections that keep to a deadline, count their bytes, and lead to allowed addresses only."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore

from apps.centralcloud.package_sync.engine.fetching.addresses import public
from apps.centralcloud.package_sync.engine.fetching.counting import bytes_received
from apps.centralcloud.package_sync.engine.registry import Refused

deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))
"""Until when the exchange of this thread may take, in seconds of the monotonic clock."""


class Stream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline, in headers and TLS too."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most so many bytes, counted."""
        piece = self._inner.read(max_bytes, _left(timeout))
        bytes_received(len(piece))
        return piece

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted; its handshake keeps to the deadline as well."""
        return Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection: its addresses, its socket."""
        return self._inner.get_extra_info(info)


class Network(httpcore.SyncBackend):
    """Opens connections; a ``guarded`` one only to public addresses.

    The address is that of the connection which stands, before anything is sent over it: a name that
    resolves to another address the second time (DNS rebinding) gains nothing.
    """

    def __init__(self, *, guarded: bool) -> None:
        self._guarded = guarded

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a host.

        Raises:
            Refused: its address is not a public one.
        """
        stream = super().connect_tcp(host, port, _left(timeout), local_address, socket_options)
        if self._guarded and not public(stream.get_extra_info("server_addr")[0]):
            stream.close()
            raise Refused("the registry leads to an address inside a private network")
        return Stream(stream)


def _left(timeout: float | None) -> float:
    """The seconds that a step may take.

    Raises:
        httpcore.ReadTimeout: the deadline has passed.
    """
    left = deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left if timeout is None else min(left, timeout)
