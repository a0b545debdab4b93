"""Functions and what their documentation says they do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from apps.singularity.ingestion.engine.documentation import first_sentence, without_documentation
from apps.singularity.ingestion.models import Chunk, Codebase

MIN_LINES = 3
"""Of the code alone."""
_KINDS = ("function", "method")
_FETCH = 500
_SEPARATOR = re.compile(r"[.:/#]+")

_Row = tuple[int, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class DocumentedFunction:
    """A function without its documentation, and that documentation's first sentence.

    ``kind`` is "function" or "method"; ``name`` is unqualified.
    """

    file_id: int
    sentence: str
    code: str
    name: str
    language: str
    kind: str


@dataclass(slots=True)
class _Open:
    """A documented function whose chunks are being read."""

    row: _Row
    pieces: list[str] = field(default_factory=list)


def documented_functions(
    *, codebase: Codebase, languages: Sequence[str] = ()
) -> Iterator[DocumentedFunction]:
    """The documented functions of a code base, in these languages or in all, by file."""
    chunks = Chunk.objects.filter(codebase=codebase, kind__in=_KINDS).exclude(symbol="")
    if languages:
        chunks = chunks.filter(language__in=languages)
    fields = ("file_id", "symbol", "kind", "language", "documentation", "content")
    rows = chunks.order_by("file_id", "ordinal").values_list(*fields)
    for whole in _joined(rows.iterator(_FETCH)):
        if function := _function(whole):
            yield function


def _joined(rows: Iterator[_Row]) -> Iterator[_Open]:
    """A long function is several chunks, of which the first has the documentation."""
    current: _Open | None = None
    for row in rows:
        if current and current.row[:4] == row[:4] and not row[4]:
            current.pieces.append(row[5])
            continue
        if current:
            yield current
        current = _Open(row, [row[5]]) if row[4] else None
    if current:
        yield current


def _function(whole: _Open) -> DocumentedFunction | None:
    """None where the documentation says too little, is all there is, or could not be cut out."""
    file_id, symbol, kind, language, documentation, _ = whole.row
    sentence = first_sentence(documentation)
    if not sentence:
        return None
    code = without_documentation("\n".join(whole.pieces), language=language)
    if code.count("\n") + 1 < MIN_LINES or sentence in " ".join(code.split()):
        return None
    name = _SEPARATOR.split(symbol)[-1]
    return DocumentedFunction(file_id, sentence, code, name, language, kind)
