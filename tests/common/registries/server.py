"""A registry's HTTP server on the loopback interface, with everything that can go wrong."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.common.registries.faults import FAULTS

Body = bytes | str | Mapping[str, Any] | list[Any] | Callable[[str], bytes]


@dataclass(frozen=True)
class Seen:
    """One request that came in; ``path`` with its query, ``status`` 0 where none was sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    status: int


@dataclass(frozen=True)
class Route:
    """What a path answers. A body that is called gets the path with its query."""

    body: bytes | Callable[[str], bytes]
    status: int
    headers: Mapping[str, str]
    etag: bool

    def sent(self, path: str) -> bytes:
        """The body's bytes."""
        return self.body if isinstance(self.body, bytes) else self.body(path)


@dataclass
class Fault:
    """What a path does wrong the next ``times`` times."""

    kind: str
    times: int
    options: Mapping[str, Any] = field(default_factory=dict)


class RegistryServer:
    """Serves routes over HTTP/1.1 with keep-alive, answers conditional requests, and packs.

    A path is looked up with its query first, then without. What has no route is 404. Bodies are
    packed with gzip where the client takes it and ``packed`` is set; encrypted with ``tls``.
    """

    def __init__(self, *, packed: bool = True, tls: ssl.SSLContext | None = None) -> None:
        self.packed = packed
        self._scheme = "http" if tls is None else "https"
        self.requests: list[Seen] = []
        self._routes: dict[str, Route] = {}
        self._faults: dict[str, list[Fault]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.registry = self
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address, ending in a slash."""
        return f"{self._scheme}://127.0.0.1:{self.port}/"

    def route(
        self,
        path: str,
        body: Body = b"",
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        etag: bool = True,
    ) -> None:
        """Answer ``path`` (below the root, with or without a query) with a body.

        Text is sent as UTF-8, mappings and lists as JSON. Without ``etag`` the answer names no
        digest of its body; a Last-Modified among ``headers`` works for conditional requests too.
        """
        sent = body if callable(body) or isinstance(body, bytes) else _bytes(body)
        self._routes["/" + path.lstrip("/")] = Route(sent, status, dict(headers or {}), etag)

    def withdraw(self, path: str) -> None:
        """Answer ``path`` no more."""
        del self._routes["/" + path.lstrip("/")]

    def fault(self, path: str, kind: str, times: int = 1, **options: Any) -> None:
        """Do something wrong (a name in ``FAULTS``) the next ``times`` requests of a path."""
        fault = Fault(kind, times, options)
        self._faults.setdefault("/" + path.lstrip("/"), []).append(fault)

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [seen.path for seen in self.requests]

    def _found(self, path: str) -> tuple[Route | None, Fault | None]:
        bare = urlsplit(path).path
        with self._lock:
            waiting = self._faults.get(path) or self._faults.get(bare) or []
            fault = waiting[0] if waiting else None
            if fault is not None:
                fault.times -= 1
                if fault.times == 0:
                    waiting.pop(0)
        return self._routes.get(path) or self._routes.get(bare), fault

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        route, fault = self._found(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        status = 0
        try:
            if fault is not None:
                body = route.sent(handler.path) if route else b"{}"
                status = FAULTS[fault.kind](handler, body, fault.options)
            else:
                status = self._sent(handler, headers, route)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True  # who asked has gone
        finally:
            self.requests.append(Seen(handler.command, handler.path, headers, status))

    def _sent(
        self, handler: BaseHTTPRequestHandler, headers: Mapping[str, str], route: Route | None
    ) -> int:
        route = route or Route(b"", 404, {}, etag=False)
        body = route.sent(handler.path)
        sent = dict(route.headers)
        if route.etag and "ETag" not in sent:
            sent["ETag"] = _tag(body)
        if route.status == 200 and _unchanged(sent, headers):
            return self._finished(handler, 304, sent, b"")
        if self.packed and "gzip" in headers.get("accept-encoding", "") and body:
            body = _packed(body)
            sent["Content-Encoding"] = "gzip"
        return self._finished(handler, route.status, sent, body)

    @staticmethod
    def _finished(
        handler: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str], body: bytes
    ) -> int:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return status


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    registry: RegistryServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that a fault closed is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    server: _Server

    def do_GET(self) -> None:
        """Answer one request."""
        self.server.registry._answer(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Nothing: the server keeps what it saw."""


def _bytes(body: str | Mapping[str, Any] | list[Any]) -> bytes:
    return (body if isinstance(body, str) else json.dumps(body)).encode()


@lru_cache(maxsize=4096)
def _tag(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:32]}"'


@lru_cache(maxsize=4096)
def _packed(body: bytes) -> bytes:
    """As the hosts of registries do, which pack a document once."""
    return gzip.compress(body, 6)


def _unchanged(sent: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    """RFC 9110, section 13.2.2: If-None-Match decides where it is there."""
    if "if-none-match" in asked:
        tags = {tag.strip().removeprefix("W/") for tag in asked["if-none-match"].split(",")}
        return sent.get("ETag", "").removeprefix("W/") in tags
    return (
        bool(sent.get("Last-Modified")) and asked.get("if-modified-since") == sent["Last-Modified"]
    )
