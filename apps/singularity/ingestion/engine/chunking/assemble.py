"""From marks to chunks: joins what is small, cuts what is large, counts lines."""

from collections.abc import Iterator, Sequence

from apps.singularity.ingestion.engine.chunking.model import Chunk, Mark, Owner
from apps.singularity.ingestion.engine.chunking.split import split_span

_Stretch = tuple[int, int, Owner]


def assemble(
    source: bytes, costs: Sequence[int], marks: list[Mark], budget: int
) -> tuple[Chunk, ...]:
    """The chunks of a file whose bytes the marks divide.

    Neighbours of one owner are joined up to the budget. As the marks divide the file without a
    gap, and only white space is trimmed, no line can be lost or held twice.
    """
    chunks: list[Chunk] = []
    line, counted = 1, 0
    for start, end, owner in _stretches(source, costs, marks, budget):
        begin, stop = _trimmed(source, start, end)
        raw = source[begin:stop]
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
                stop,
                content,
            )
        )
        owner.documentation = ""
    return tuple(chunks)


def _stretches(
    source: bytes, costs: Sequence[int], marks: list[Mark], budget: int
) -> Iterator[_Stretch]:
    """Stretches within the budget: joined ones as they are, larger ones in spans."""
    for start, end, owner in _joined(costs, marks, len(source), budget):
        if costs[end] - costs[start] <= budget:
            yield start, end, owner
        else:
            for span in split_span(source, costs, start, end, budget):
                yield *span, owner


def _joined(costs: Sequence[int], marks: list[Mark], size: int, budget: int) -> Iterator[_Stretch]:
    """Stretches of one owner, neighbours joined up to the budget."""
    begin, owner = marks[0]
    position = begin
    for cut, following in marks[1:]:
        if position > begin and costs[cut] - costs[begin] > budget:
            yield begin, position, owner
            begin = position
        if following is not owner:
            yield begin, cut, owner
            begin, owner = cut, following
        position = cut
    if position > begin and costs[size] - costs[begin] > budget:
        yield begin, position, owner
        begin = position
    yield begin, size, owner


def _trimmed(source: bytes, start: int, end: int) -> tuple[int, int]:
    """Without the blank lines around; the first line keeps its indentation, the last its end."""
    span = source[start:end]
    begin = end - len(span.lstrip())
    stop = start + len(span.rstrip())
    if begin > start:
        begin = max(source.rfind(b"\n", start, begin) + 1, start)
    if stop < end:
        newline = source.find(b"\n", stop, end)
        stop = newline if newline >= 0 else end
    return begin, stop
