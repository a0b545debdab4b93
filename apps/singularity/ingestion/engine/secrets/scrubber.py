"""Replace secrets in text by readable placeholders, before anything is stored."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from apps.singularity.ingestion.engine.secrets.assignments import assignments
from apps.singularity.ingestion.engine.secrets.catalog import Catalog
from apps.singularity.ingestion.engine.secrets.keys import key_blocks, key_material
from apps.singularity.ingestion.engine.secrets.model import (
    PLACEHOLDER,
    Scrubbed,
    SecretFinding,
    Span,
)
from apps.singularity.ingestion.engine.secrets.patterns import patterns

# Shorter values may be words that stand elsewhere for something else.
_MIN_REPEATED = 12


class Scrubber:
    """Finds and replaces secrets. Make one for each process: it loads its rules once."""

    def __init__(self, cache_dir: Path | None = None) -> None:
        self._catalog = Catalog(cache_dir)

    def scrub(self, text: str) -> Scrubbed:
        """The text with `<secret:kind>` in place of each secret, line for line.

        A secret that is found in one place is replaced wherever the text repeats it.
        """
        # Offsets are of UTF-8 bytes, as in the rule set.
        data = text.encode("utf-8", "surrogatepass")
        blocks = list(key_blocks(data))
        found = [*self._catalog.spans(data), *patterns(data), *assignments(data)]
        if not found and not blocks:
            return Scrubbed(text, ())
        spans = _merge(_outside(_repeated(data, found), [*blocks, *_placeholders(data)]))
        material = [list(key_material(data, *block)) for block in blocks]
        findings = [*spans, *(pieces[0] for pieces in material if pieces)]
        clean = b"".join(_replaced(data, _merge([*spans, *chain.from_iterable(material)])))
        return Scrubbed(clean.decode("utf-8", "surrogatepass"), _findings(data, findings))


def _repeated(data: bytes, spans: Iterable[Span]) -> Iterator[Span]:
    kinds: dict[bytes, str] = {}
    for span in spans:
        yield span
        kinds.setdefault(data[span.start : span.end], span.kind)
    for value, kind in kinds.items():
        at = data.find(value) if len(value) >= _MIN_REPEATED else -1
        while at >= 0:
            yield Span(at, at + len(value), kind)
            at = data.find(value, at + len(value))


def _outside(spans: Iterable[Span], blocks: list[tuple[int, int]]) -> list[Span]:
    return [
        span
        for span in spans
        if not any(span.start < end and start < span.end for start, end in blocks)
    ]


def _placeholders(data: bytes) -> list[tuple[int, int]]:
    """What was scrubbed before; it stays, so that scrubbing twice is scrubbing once."""
    return [found.span() for found in PLACEHOLDER.finditer(data)]


def _merge(spans: Iterable[Span]) -> list[Span]:
    """In order and without overlap; of spans that overlap, the longer one names the kind."""
    merged: list[Span] = []
    for span in sorted(spans):
        last = merged[-1] if merged else None
        if last is None or span.start >= last.end:
            merged.append(span)
        else:
            longer = span if span.end - span.start > last.end - last.start else last
            merged[-1] = Span(last.start, max(last.end, span.end), longer.kind)
    return merged


def _replaced(data: bytes, spans: list[Span]) -> Iterator[bytes]:
    at = 0
    for span in spans:
        yield data[at : span.start]
        yield f"<secret:{span.kind}>".encode()
        yield b"\n" * data.count(b"\n", span.start, span.end)
        at = span.end
    yield data[at:]


def _findings(data: bytes, spans: Iterable[Span]) -> tuple[SecretFinding, ...]:
    line, at, findings = 1, 0, []
    for span in sorted(spans):
        line += data.count(b"\n", at, span.start)
        at = span.start
        findings.append(SecretFinding(span.kind, line))
    return tuple(findings)
