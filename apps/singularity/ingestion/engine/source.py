"""Read one found file: safely opened, whole, and decoded."""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass

from apps.singularity.ingestion.engine.decode import decode
from apps.singularity.ingestion.engine.generated import told_by_text
from apps.singularity.ingestion.engine.skips import Skipped, SkipReason
from apps.singularity.ingestion.engine.tree import Found, Limits, oversized

_ATTEMPTS = 3
# NONBLOCK: a pipe put in the file's place must not make the reader wait for a writer.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_REFUSALS = {
    errno.ELOOP: (SkipReason.SYMLINK, "a link took its place"),
    errno.ENXIO: (SkipReason.SPECIAL, "a socket or device took its place"),
    errno.ENOENT: (SkipReason.VANISHED, "removed before it was read"),
    errno.ENOTDIR: (SkipReason.VANISHED, "its folder was removed before it was read"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file. `digest` is the SHA-256 of its raw bytes, `size` their number."""

    path: str
    text: str
    encoding: str
    digest: bytes
    size: int
    mtime_ns: int
    ctime_ns: int


def read_source(found: Found, limits: Limits) -> Source | Skipped:
    """The file's text, or why it is left out after all.

    A file that is written to meanwhile is read again, a few times. A link that took the
    file's place since the walk is not followed; one that took a parent's place is.
    """
    for _ in range(_ATTEMPTS):
        try:
            outcome = _read_stable(found, limits)
        except OSError as error:
            return Skipped(found.path, *_refusal(error))
        if outcome is not None:
            return outcome if isinstance(outcome, Skipped) else _interpret(found, *outcome)
    return Skipped(found.path, SkipReason.CHANGED, f"changed during each of {_ATTEMPTS} reads")


def _refusal(error: OSError) -> tuple[SkipReason, str]:
    unreadable = (SkipReason.UNREADABLE, error.strerror or str(error))
    return _REFUSALS.get(error.errno or 0, unreadable)


def _read_stable(found: Found, limits: Limits) -> tuple[bytes, os.stat_result] | Skipped | None:
    """The bytes with the status they belong to; None if the file changed meanwhile."""
    allowed = limits.allowed(is_manifest=found.is_manifest)
    with os.fdopen(os.open(found.location, _FLAGS), "rb", buffering=0) as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            return Skipped(found.path, SkipReason.SPECIAL, "no longer a plain file")
        if before.st_size > allowed:
            return Skipped(found.path, SkipReason.OVERSIZED, oversized(before.st_size, allowed))
        data = _read_all(file.fileno(), before.st_size)
        after = os.fstat(file.fileno())
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return (data, after) if same and len(data) == after.st_size else None


def _read_all(descriptor: int, size: int) -> bytes:
    """Up to one byte more than `size`, so that growth shows."""
    parts = []
    left = size + 1
    while left and (part := os.read(descriptor, left)):
        parts.append(part)
        left -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _interpret(found: Found, data: bytes, status: os.stat_result) -> Source | Skipped:
    if not data:
        return Skipped(found.path, SkipReason.EMPTY, "0 bytes")
    decoded = decode(data)
    if decoded is None:
        return Skipped(found.path, SkipReason.BINARY, "it holds NUL or control bytes")
    text, encoding = decoded
    told = None if found.is_manifest else told_by_text(found.path, text)
    if told:
        return Skipped(found.path, *told)
    digest = hashlib.sha256(data).digest()
    return Source(
        found.path, text, encoding, digest, len(data), status.st_mtime_ns, status.st_ctime_ns
    )
