"""What can go wrong with a registry's answer, as a loopback server does it."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler, bytes, Mapping[str, Any]], int]
"""Answers a request in place of the body that the path has; the status that it sent, 0 for none."""


def status(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, Any]) -> int:
    """Another status: ``code`` (500), with ``headers``."""
    code = int(options.get("code", 500))
    handler.send_response(code)
    for name, value in dict(options.get("headers", {})).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", "0")
    handler.end_headers()
    return code


def retry_after(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, Any]) -> int:
    """Too many requests (``code`` 429): come back after ``after``, seconds or a date."""
    headers = {"Retry-After": str(options.get("after", 1))}
    return status(handler, body, {"code": options.get("code", 429), "headers": headers})


def truncated(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, Any]) -> int:
    """Half of the body that was announced, then the connection ends."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True
    return 200


def malformed(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, Any]) -> int:
    """A whole answer that is not what the protocol says: ``body`` (half of the right one)."""
    wrong = options.get("body", body[: len(body) // 2])
    handler.send_response(200)
    for name, value in dict(options.get("headers", {})).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(wrong)))
    handler.end_headers()
    handler.wfile.write(wrong)
    return 200


def slow(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, Any]) -> int:
    """The body in pieces of ``size`` bytes (1), with ``pause`` seconds (0.1) between them."""
    size = int(options.get("size", 1))
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    for start in range(0, len(body), size):
        handler.wfile.write(body[start : start + size])
        handler.wfile.flush()
        time.sleep(float(options.get("pause", 0.1)))
    return 200


def slow_headers(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, Any]) -> int:
    """Headers that never end, with ``pause`` seconds (0.1) between them."""
    handler.send_response(200)
    handler.flush_headers()
    for number in range(int(options.get("most", 200))):
        handler.wfile.write(b"x-%d: y\r\n" % number)
        handler.wfile.flush()
        time.sleep(float(options.get("pause", 0.1)))
    handler.close_connection = True
    return 200


def endless(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, Any]) -> int:
    """A body of unknown length, at most ``most`` bytes (256 MiB): who reads on is noticed."""
    piece = b" " * 65536
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(int(options.get("most", 256 * 1024**2)) // len(piece)):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")
    return 200


def redirect(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, Any]) -> int:
    """Elsewhere: ``to``, with ``code`` (302)."""
    return status(
        handler, body, {"code": options.get("code", 302), "headers": {"Location": options["to"]}}
    )


def reset(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, Any]) -> int:
    """No answer: the connection is reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.close_connection = True
    handler.connection.close()
    return 0


FAULTS: Mapping[str, Answer] = {
    each.__name__: each
    for each in (
        status,
        retry_after,
        truncated,
        malformed,
        slow,
        slow_headers,
        endless,
        redirect,
        reset,
    )
}
