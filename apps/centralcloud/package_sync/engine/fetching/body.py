"""Reading an answer's body within bounds, packed or not."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import httpx

from apps.centralcloud.package_sync.engine.registry import Malformed, TooLarge

_GZIP = 16 + zlib.MAX_WBITS


def body_read(response: httpx.Response, *, limit: int) -> bytes:
    """The whole body, unpacked.

    Args:
        response: an answer whose body has not been read; no more of it is taken once the limit is
            passed.
        limit: bytes, of what comes and of what it unpacks to.

    Raises:
        TooLarge: there is more.
        Malformed: it cannot be unpacked, or ends in the middle.
    """
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > limit:
        raise too_large(limit)
    pieces = _bounded(response.iter_raw(), limit)
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return b"".join(pieces)
    if encoding not in ("gzip", "x-gzip"):
        raise Malformed("the registry packed its answer in a way that was not asked for")
    return b"".join(_bounded(_unpacked(pieces, limit), limit))


def too_large(limit: int) -> TooLarge:
    """The error of a document beyond its limit in bytes."""
    return TooLarge(f"the document is larger than {limit / 1024**2:.3g} MiB")


def _bounded(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > limit:
            raise too_large(limit)
        yield piece


def _unpacked(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for piece in pieces:
            # One byte more than the limit is enough to know: a bomb is never unpacked further.
            yield unpacker.decompress(piece, limit + 1)
    except zlib.error:
        raise Malformed("the registry's answer cannot be unpacked") from None
    if not unpacker.eof or unpacker.unused_data:
        raise Malformed("the registry's packed answer ends too early or too late")
