"""From marks to chunks: cuts what is too large, trims blank lines, counts lines."""

from collections.abc import Sequence
from itertools import pairwise

from apps.singularity.ingestion.engine.chunking.model import Chunk, Mark
from apps.singularity.ingestion.engine.chunking.split import split_span

_NEWLINE = 0x0A


def assemble(
    source: bytes, costs: Sequence[int], marks: list[Mark], budget: int
) -> tuple[Chunk, ...]:
    """The chunks of a file whose bytes the marks divide.

    As the marks divide the file without a gap, and only white space is trimmed, no line can be
    lost or held twice.
    """
    chunks: list[Chunk] = []
    line, counted = 1, 0
    for (mark, owner), (following, _) in pairwise([*marks, (len(source), marks[0][1])]):
        fits = costs[following] - costs[mark] <= budget
        spans = ((mark, following),) if fits else split_span(source, costs, mark, following, budget)
        for start, end in spans:
            raw, begin = _trimmed(source, start, end)
            content = raw.decode()
            if not content or content.isspace():
                continue
            line += source.count(b"\n", counted, begin)
            counted = begin
            chunks.append(
                Chunk(
                    len(chunks),
                    owner.kind,
                    owner.symbol,
                    owner.signature,
                    owner.documentation,
                    line,
                    line + raw.count(b"\n"),
                    begin,
                    begin + len(raw),
                    content,
                )
            )
            owner.documentation = ""
    return tuple(chunks)


def joined(costs: Sequence[int], marks: list[Mark], budget: int) -> list[Mark]:
    """The marks that are left when neighbours of one owner are joined up to the budget."""
    kept = marks[:1]
    room = costs[kept[0][0]] + budget
    for mark, (end, _) in pairwise([*marks[1:], (len(costs) - 1, kept[0][1])]):
        if mark[1] is not kept[-1][1] or costs[end] > room:
            kept.append(mark)
            room = costs[mark[0]] + budget
    return kept


def _trimmed(source: bytes, start: int, end: int) -> tuple[bytes, int]:
    """A stretch without the blank lines around, and where it begins.

    Its first line keeps its indentation, its last line all up to the line end.
    """
    span = source[start:end]
    text = span.rstrip()
    stop = len(text)
    if stop < len(span) and span[stop] != _NEWLINE:
        newline = span.find(b"\n", stop)
        stop = newline if newline >= 0 else len(span)
        text = span[:stop]
    if text[:1] > b" ":
        return text, start
    skipped = span.rfind(b"\n", 0, len(span) - len(span.lstrip())) + 1
    return text[skipped:], start + skipped
