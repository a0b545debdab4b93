"""A forward proxy on the loopback interface, for plain addresses and for tunnels."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from base64 import b64encode
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


class ForwardProxy:
    """Leads to this machine's ``port``, whatever host is asked for: it resolves names itself.

    ``asked`` are the methods and addresses that came in. With ``credentials`` (a name and a
    password) whoever has others is refused; ``tls`` encrypts the way to the proxy itself.
    """

    def __init__(
        self,
        port: int,
        *,
        credentials: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.upstream = port
        self.asked: list[str] = []
        self.expected = b64encode(":".join(credentials).encode()).decode() if credentials else ""
        self._scheme = "http" if tls is None else "https"
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
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
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """The address that clients are configured by."""
        return f"{self._scheme}://{self.address}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: ForwardProxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that was closed early is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Fetch a plain address."""
        if not self._let_in():
            return
        parts = urlsplit(self.path)
        upstream = HTTPConnection("127.0.0.1", self.server.proxy.upstream, timeout=5)
        upstream.request("GET", parts.path, headers={"Host": parts.netloc})
        answer = upstream.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        if location := answer.getheader("Location"):
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        upstream.close()

    def do_CONNECT(self) -> None:
        """Open a tunnel, and pass on what comes from either end until one closes."""
        if not self._let_in():
            return
        self.close_connection = True
        with socket.create_connection(("127.0.0.1", self.server.proxy.upstream), 5) as upstream:
            self.send_response(200)
            self.end_headers()
            self._passed_on(upstream)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Nothing: the proxy keeps what it was asked."""

    def _let_in(self) -> bool:
        proxy = self.server.proxy
        proxy.asked.append(f"{self.command} {self.path}")
        said = self.headers.get("Proxy-Authorization", "")
        if not proxy.expected or said == f"Basic {proxy.expected}":
            return True
        self.send_response(407)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def _passed_on(self, upstream: socket.socket) -> None:
        other = {self.connection: upstream, upstream: self.connection}
        while True:
            for each in select.select(list(other), [], [], 5)[0] or [None]:
                piece = each.recv(65536) if each else b""
                while isinstance(each, ssl.SSLSocket) and each.pending():
                    piece += each.recv(65536)
                if not each or not piece:
                    return
                other[each].sendall(piece)
