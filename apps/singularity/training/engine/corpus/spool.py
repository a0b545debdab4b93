"""Lines kept on disk until it is known where they belong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from apps.singularity.training.engine.corpus.model import CorpusText, Pair


class Spool:
    """Takes rows in any order and gives them back in another; in memory is one number each."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stream: IO[bytes] = file.open("w+b")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()
        self._file.unlink()

    def add(self, row: CorpusText | Pair) -> int:
        """Keep a row; where it is."""
        place = self._stream.tell()
        self._stream.write(json.dumps(asdict(row), ensure_ascii=False).encode() + b"\n")
        return place

    def lines(self, places: Iterable[int]) -> Iterator[bytes]:
        """The rows at these places, in their order."""
        for place in places:
            self._stream.seek(place)
            yield self._stream.readline()
