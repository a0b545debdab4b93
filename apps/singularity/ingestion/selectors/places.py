"""Code bases by name or number, files by path, and the lines that stand at a place."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import MD5

from apps.singularity.ingestion.models import Chunk, Codebase, File
from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.ingestion.selectors.texts import Piece, text_of

_TEXT = ("file_id", "ordinal", "start_line", "end_line", "start_byte", "content")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Lines of a file of the code base with this id; they count from 1, the last included."""

    codebase: int
    path: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The stored, scrubbed text of a place."""

    file: int
    language: str
    first_line: int
    text: str


def codebase_referenced(*, instance: str, reference: str) -> Codebase:
    """The code base of this name, else the one with this id.

    Raises:
        UnknownCodebase: neither is one of the instance's.
    """
    rows = codebases_of(instance=instance)
    for row in rows:
        if row.name == reference:
            return row
    for row in rows:
        if str(row.pk) == reference:
            return row
    known = ", ".join(row.name for row in rows) or "none yet"
    raise UnknownCodebase(f"no code base has the name or the id {reference!r}; known: {known}")


def file_at(*, instance: str, codebase: int, path: str) -> int | None:
    """The id of the file at a path, if it is still there."""
    rows = _files(instance, {codebase}, {path}).exclude(state=File.State.REMOVED)
    return rows.values_list("id", flat=True).first()


def excerpts(*, instance: str, places: Iterable[Place]) -> dict[Place, Excerpt]:
    """The text at each place that is still stored, in two queries."""
    wanted = set(places)
    files = {
        (row.codebase_id, row.path): row
        for row in _files(instance, {p.codebase for p in wanted}, {p.path for p in wanted})
    }
    at = {place: files.get((place.codebase, place.path)) for place in wanted}
    standing = Q()
    for place, file in at.items():
        if file:
            standing |= Q(file=file, start_line__lte=place.end_line, end_line__gte=place.start_line)
    if not standing:
        return {}
    chunks: dict[int, list[Chunk]] = defaultdict(list)
    for chunk in Chunk.objects.filter(standing).only(*_TEXT).order_by("file_id", "ordinal"):
        chunks[chunk.file_id].append(chunk)
    return {
        place: excerpt
        for place, file in at.items()
        if file and (excerpt := _excerpt(file, chunks[file.pk], place))
    }


def _files(instance: str, codebases: set[int], paths: set[str]) -> QuerySet[File]:
    """By the hash that is unique: the index does not hold the path itself."""
    hashes = [hashlib.md5(path.encode(), usedforsecurity=False).hexdigest() for path in paths]
    rows = File.objects.filter(instance=instance, codebase__in=codebases)
    return rows.alias(hashed=MD5("path")).filter(hashed__in=hashes)


def _excerpt(file: File, chunks: Sequence[Chunk], place: Place) -> Excerpt | None:
    """The lines of a place, out of chunks of its file; None where none of them is stored."""
    overlapping = [
        chunk
        for chunk in chunks
        if chunk.start_line <= place.end_line and chunk.end_line >= place.start_line
    ]
    if not overlapping:
        return None
    begin = overlapping[0].start_line
    first = max(begin, place.start_line)
    lines = text_of(_moved(overlapping)).split("\n")
    text = "\n".join(lines[first - begin : place.end_line - begin + 1])
    return Excerpt(file.pk, file.language, first, text)


def _moved(chunks: Sequence[Chunk]) -> Iterator[Piece]:
    """Pieces as if the first one began its file."""
    line, byte = chunks[0].start_line - 1, chunks[0].start_byte
    for chunk in chunks:
        yield chunk.start_line - line, chunk.start_byte - byte, chunk.content
