"""Documents of a zip file, a folder or a file, one after the other, within bounds."""

from __future__ import annotations

import json
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from apps.centralcloud.package_sync.engine.osv.document import OsvError

LARGEST_DOCUMENT = 16 * 1024**2
"""Bytes, unpacked; the longest that databases publish have a tenth of it."""
LARGEST_WHOLE = 16 * 1024**3
"""Bytes that a zip file unpacks to, one document after the other."""
LARGEST_LIST = 32 * 1024**2
"""Bytes of a zip file's own list of its entries: about 400,000 documents."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError,
    RuntimeError,  # encrypted, or packed by a method that is not known
    ValueError, OverflowError,  # its name is no text, or its place is none
)  # fmt: skip
_TOO_LARGE = f"is larger than {LARGEST_DOCUMENT // 1024**2} MiB"


@dataclass(frozen=True, slots=True)
class Found:
    """What an entry holds; ``reason`` says in one line why it holds nothing."""

    name: str
    document: Any = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents to go through once; ``total`` says how many there are."""

    total: int
    found: Iterator[Found]

    def __iter__(self) -> Iterator[Found]:
        return self.found


def documents_of_file(file: IO[bytes], name: str) -> Documents:
    """A zip file's documents, or the one that the file is.

    Raises:
        OsvError: the zip file is cut off, or lists too much.
    """
    head = file.read(4)
    file.seek(0)
    if head not in _ZIP:
        return Documents(1, iter([_document(name, lambda: file.read(LARGEST_DOCUMENT + 1))]))
    archive = _archive(file)
    entries = [one for one in archive.infolist() if _is_document(one.filename)]
    return Documents(len(entries), _unpacked(archive, entries))


@contextmanager
def documents_of_path(path: Path) -> Iterator[Documents]:
    """A file's documents, or those of all JSON and zip files in a folder and those below it.

    Raises:
        OsvError: there is no such file, or it is no whole zip file; of a folder, that one is
            left out.
    """
    if path.is_dir():
        paths = sorted(_paths(path))
        yield Documents(len(paths), _in_turn(paths))
        return
    with ExitStack() as stack:
        yield documents_of_file(stack.enter_context(_opened(path)), path.name)


def _in_turn(paths: list[Path]) -> Iterator[Found]:
    for path in paths:
        try:
            with documents_of_path(path) as documents:
                yield from documents
        except OsvError as error:
            yield Found(path.name, reason=str(error))


def _paths(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith((".json", ".zip")):
                yield Path(place, name)


def _opened(path: Path) -> IO[bytes]:
    """A file that can be read; what would never end, such as a pipe, is none."""
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except OSError as error:
        raise OsvError(f"cannot be read ({error.strerror})") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OsvError("is no file")
    return file


def _is_document(name: str) -> bool:
    return name.lower().endswith(".json")


class _Bounded:
    """A file of which not much is read at once: a zip file's list of entries is."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size if 0 <= size <= LARGEST_LIST else LARGEST_LIST + 1)
        if len(piece) > LARGEST_LIST:
            raise OsvError("lists more entries than there can be advisories")
        return piece


def _archive(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(cast("IO[bytes]", _Bounded(file)))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise OsvError("is no whole zip file (cut off on the way?)") from None


def _unpacked(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[Found]:
    """Entries are only read, never written to where their names say.

    No more is taken of one than it says itself, so what it says is what is checked.
    """
    left = LARGEST_WHOLE
    with archive:
        for entry in entries:
            left -= entry.file_size
            if left < 0:
                raise OsvError(f"unpacks to more than {LARGEST_WHOLE // 1024**3} GiB")
            yield _entry(archive, entry)


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Found:
    name = PurePosixPath(entry.filename).name
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Found(name, reason="is packed in a way that is not read")
    if entry.file_size > LARGEST_DOCUMENT:
        return Found(name, reason=_TOO_LARGE)
    return _document(name, lambda: _read(archive, entry))


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """No more than may be: read to its end at once, all that is packed would be unpacked first."""
    with archive.open(entry) as file:
        return file.read(LARGEST_DOCUMENT + 1)


def _document(name: str, read: Callable[[], bytes]) -> Found:
    try:
        body = read()
    except _UNREADABLE:
        return Found(name, reason="cannot be unpacked")
    if len(body) > LARGEST_DOCUMENT:
        return Found(name, reason=_TOO_LARGE)
    try:
        return Found(name, json.loads(body))
    except (ValueError, RecursionError):
        return Found(name, reason="is no JSON")
