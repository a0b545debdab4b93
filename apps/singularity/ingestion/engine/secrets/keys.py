"""Private key blocks: PEM of all kinds, OpenPGP, and PuTTY's own format.

Only what is key material is replaced, line by line, so that quotes, `+` and escapes around
it stay and code that holds a key remains code.
"""

import re
from collections.abc import Iterator

from apps.singularity.ingestion.engine.secrets.model import Span

_MAX_BLOCK = 16_384
_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]{0,30})PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(rb"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_PUTTY = re.compile(rb"Private-Lines: \d+\s")
# Kept are a placeholder, which is no key, and an escape such as \n inside a string literal,
# whose letter is no part of the key.
_MATERIAL = re.compile(rb"<secret:[a-z-]+>|\\[nrt]|[A-Za-z0-9+/=_-]{4,}")
# Without an end the block lasts as long as lines look like key material.
_LOOSE = re.compile(rb"(?:[\s\"'+\\,]|\\[nr])*(?:[A-Za-z0-9+/=]{20,}(?:[\s\"'+\\,]|\\[nr])*)*")
_PUTTY_END = re.compile(rb"Private-MAC:|\n\n|\Z")


def key_blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Where private keys lie, headers excluded."""
    if b"PRIVATE KEY" in data:
        for begin in _BEGIN.finditer(data):
            limit = begin.end() + _MAX_BLOCK
            end = _END.search(data, begin.end(), limit) or _LOOSE.match(data, begin.end(), limit)
            if end:
                yield begin.end(), end.start() if end.re is _END else end.end()
    if b"PuTTY-User-Key-File" in data:
        for begin in _PUTTY.finditer(data):
            end = _PUTTY_END.search(data, begin.end(), begin.end() + _MAX_BLOCK)
            if end:
                yield begin.end(), end.start()


def key_material(data: bytes, start: int, end: int) -> Iterator[Span]:
    """The pieces of one block that are to be replaced."""
    for piece in _MATERIAL.finditer(data, start, end):
        if not piece[0].startswith((b"\\", b"<")):
            yield Span(piece.start(), piece.end(), "private-key")
