"""What other apps read of a code base: its files, their scrubbed texts, what it declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from apps.singularity.ingestion.models import Chunk, Codebase, DeclaredDependency, File

_FETCH = 500
_HEAD_CHUNKS = 20

Piece = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as it was last read; ``revision`` grows whenever its text changed. Size in bytes."""

    id: int
    path: str
    language: str
    revision: int
    size: int
    lines: int


@dataclass(frozen=True, slots=True)
class DeclaredRow:
    """A declared dependency and the manifest that declares it."""

    purl: str
    requirement: str
    scope: str
    locked: bool
    path: str
    line: int | None


def codebase_files(*, codebase: Codebase) -> Iterator[FileRow]:
    """The files of a code base whose text is stored, by id."""
    rows = File.objects.filter(codebase=codebase, state=File.State.INCLUDED).order_by("id")
    fields = ("id", "path", "language", "revision", "size", "lines")
    for row in rows.values_list(*fields).iterator(_FETCH):
        yield FileRow(*row)


def codebase_paths(*, codebase: Codebase) -> list[str]:
    """Every path that is there and no folder, read or left out, in order."""
    rows = File.objects.filter(codebase=codebase, is_directory=False)
    return sorted(rows.exclude(state=File.State.REMOVED).values_list("path", flat=True))


def declared_dependencies(*, codebase: Codebase) -> list[DeclaredRow]:
    """What manifests and lock files of a code base declare."""
    rows = DeclaredDependency.objects.filter(codebase=codebase).order_by("purl", "id")
    fields = ("purl", "requirement", "scope", "locked", "file__path", "line")
    return [DeclaredRow(*row) for row in rows.values_list(*fields)]


def file_texts(*, file_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The scrubbed text of each file, by id: its chunks where they stood.

    Only white space between chunks may differ from the file; every line keeps its number and
    every character its offset.
    """
    chunks = Chunk.objects.filter(file__in=file_ids).order_by("file_id", "ordinal")
    rows = chunks.values_list("file_id", "start_line", "start_byte", "content").iterator(_FETCH)
    for file_id, pieces in groupby(rows, itemgetter(0)):
        yield file_id, text_of((line, byte, content) for _, line, byte, content in pieces)


def text_of(pieces: Iterator[Piece]) -> str:
    """Join pieces (line from 1, byte, text), in order, at their lines and bytes."""
    parts: list[str] = []
    line, byte = 1, 0
    for start_line, start_byte, content in pieces:
        newlines = start_line - line
        spaces = " " * (start_byte - byte - newlines)
        gap = f"\n{spaces}\n" + "\n" * (newlines - 2) if newlines > 1 else spaces + "\n" * newlines
        parts.append(gap + content)
        line, byte = start_line + content.count("\n"), start_byte + len(content.encode())
    return "".join(parts)


def text_heads(*, codebase: Codebase) -> Callable[[str], str]:
    """A function that gives the beginning of a file's stored text, "" where none is stored."""

    @lru_cache(maxsize=256)
    def head(path: str) -> str:
        first = Chunk.objects.filter(codebase=codebase, file__path=path).order_by("ordinal")
        rows = first.values_list("start_line", "start_byte", "content")[:_HEAD_CHUNKS]
        return text_of(iter(rows))

    return head
