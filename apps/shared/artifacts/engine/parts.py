"""A file that arrives in pieces, and is gone on with when whoever fetched it died."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.manifest import BundleFile
from apps.shared.artifacts.engine.store import BLOCK, seal

MARKED_BYTES = 16 * 1024 * 1024
"""Between two notes of how far it is."""


class PartialFile:
    """The bytes of ``wanted`` so far, beside them a note of where they came from.

    A note says which upload they are of, how many were written and the sequence of the last
    message; bytes behind it are forgotten. What is resumed is hashed again, so that a note which
    is wrong costs time and nothing else.
    """

    def __init__(self, file: Path, wanted: BundleFile) -> None:
        self.file, self.wanted = file, wanted
        self._note = file.with_name(f"{file.name}.note")
        self._digest = hashlib.sha256()
        self._noted = 0
        self._opened: BinaryIO | None = None
        self.size = 0
        self.sequence = 0
        self._upload = ""

    @property
    def verified(self) -> bool:
        """Whether these are all the bytes, and the right ones."""
        whole = self.size == self.wanted.size
        return whole and self._digest.hexdigest() == self.wanted.sha256

    @contextmanager
    def opened(self, *, upload: str, resumed: bool) -> Iterator[None]:
        """Ready to ``add``: after what is there of this upload, or from the beginning."""
        self._upload = upload
        self.size, self.sequence = self._noted_place() if resumed else (0, 0)
        self._digest, self._noted = hashlib.sha256(), self.size
        self.file.touch(0o600)
        with self.file.open("r+b") as opened:
            self._hash_again(opened)
            opened.truncate(self.size)
            self._opened = opened
            try:
                yield
            finally:
                self._mark()
                self._opened = None

    def add(self, data: bytes, sequence: int) -> None:
        """The next bytes, from the message of this sequence.

        Raises ArtifactError for more than there should be, OSError when the disk is full.
        """
        if self.size + len(data) > self.wanted.size:
            raise ArtifactError(f"{self.wanted.path} is larger than announced: have it put again.")
        if self._opened is None:
            raise ValueError(f"{self.file} is not opened")
        self._opened.write(data)
        self._digest.update(data)
        self.size, self.sequence = self.size + len(data), sequence
        if self.size - self._noted >= MARKED_BYTES:
            self._mark()

    def move(self, place: Path) -> None:
        """Give the verified file its place. Raises OSError."""
        seal(self.file)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file.rename(place)
        self._note.unlink(missing_ok=True)

    def remove(self) -> None:
        """Forget the bytes."""
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _noted_place(self) -> tuple[int, int]:
        """Bytes and sequence that the note tells, if it is of the same bytes."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(self._note.read_bytes())
            same = (said["sha256"], said["upload"]) == (self.wanted.sha256, self._upload)
            size, sequence = int(said["size"]), int(said["sequence"])
            if same and 0 <= size <= min(self.wanted.size, self.file.stat().st_size):
                return size, sequence
        return 0, 0

    def _hash_again(self, opened: BinaryIO) -> None:
        left = self.size
        while left:
            block = opened.read(min(BLOCK, left))
            self._digest.update(block)
            left -= len(block)
        opened.seek(self.size)

    def _mark(self) -> None:
        """Note how far it is, after the bytes themselves."""
        if self._opened is not None:
            self._opened.flush()
        said = {
            "sha256": self.wanted.sha256,
            "upload": self._upload,
            "size": self.size,
            "sequence": self.sequence,
        }
        draft = self._note.with_name(f"{self._note.name}.{os.getpid()}")
        draft.write_text(json.dumps(said), encoding="utf-8")
        draft.replace(self._note)
        self._noted = self.size
