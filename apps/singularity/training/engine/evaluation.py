"""Bits per byte on held-out code, the same question for every vocabulary.

What is hidden is chosen on the text: spans of words, by a hash of the text and the place. So every
vocabulary must predict the same characters, and the sum of its nats over all target tokens, over
the bytes that are hidden, compares models that share no token. The code that is asked is bounded
and chosen by content hash: it stays the same when files are added elsewhere or come in another
order.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.singularity.training.engine.corpus import CorpusText

HELD_OUT_BYTES = 96 * 1024
"""How much text is asked about at most: seconds on a laptop."""
_WINDOW = 512
"""Characters at most: as many spans lie in one as in a row that the smallest size trains on."""
_WORD = re.compile(r"\s*(?:\w+|[^\w\s]+)")
"""A word or a run of signs, with the white space before it."""
_START = 0.09
"""Chance that a word begins a span: with 1 to 3 words each, 15 % are hidden."""
_MOST_SPANS = 12
"""What lies behind the spans that training rows have is asked by sentinels that were never learned:
those would decide the score."""


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of held-out text.

    Args:
        language: of its file.
        text: what there is.
        spans: start and end of what is hidden, in characters, ascending and apart.
    """

    language: str
    text: str
    spans: tuple[tuple[int, int], ...]

    @property
    def hidden(self) -> list[str]:
        """The text of each span."""
        return [self.text[start:end] for start, end in self.spans]

    @property
    def seen(self) -> list[str]:
        """The text around the spans: one piece more than there are spans."""
        starts = [0, *(end for _, end in self.spans)]
        ends = [*(start for start, _ in self.spans), len(self.text)]
        return [self.text[start:end] for start, end in zip(starts, ends, strict=True)]

    @property
    def hidden_bytes(self) -> int:
        """In UTF-8."""
        return sum(len(piece.encode()) for piece in self.hidden)


def held_out_windows(texts: Iterable[CorpusText], limit: int = HELD_OUT_BYTES) -> list[Window]:
    """Windows with at least one span, by digest, until they hold ``limit`` bytes of text."""
    by_digest = {
        hashlib.sha256(piece.encode()).digest(): (text.language, piece)
        for text in texts
        for piece in _pieces(text.text)
    }
    found: list[Window] = []
    taken = 0
    for digest, (language, piece) in sorted(by_digest.items()):
        if taken >= limit:
            break
        if spans := hidden_spans(piece, digest):
            found.append(Window(language, piece, spans))
            taken += len(piece.encode())
    return found


def hidden_spans(text: str, digest: bytes) -> tuple[tuple[int, int], ...]:
    """Spans of 1 to 3 words, apart from each other, chosen by ``digest`` and the word's place."""
    words = [match.span() for match in _WORD.finditer(text)]
    spans: list[tuple[int, int]] = []
    place = 0
    while place < len(words) and len(spans) < _MOST_SPANS:
        chance, count = _draw(digest, place)
        if chance < _START:
            last = min(place + count, len(words)) - 1
            spans.append((words[place][0], words[last][1]))
            place += count
        place += 1
    return tuple(spans)


def bits_per_byte(nats: float, hidden_bytes: int) -> float:
    """Nats over all target tokens, as bits for each byte that was hidden."""
    return nats / math.log(2) / hidden_bytes


def _draw(digest: bytes, place: int) -> tuple[float, int]:
    """A number in [0, 1) and one of 1, 2, 3."""
    drawn = hashlib.blake2b(digest + place.to_bytes(4, "big"), digest_size=8).digest()
    return int.from_bytes(drawn[:4], "big") / 2**32, 1 + drawn[4] % 3


def _pieces(text: str) -> Iterator[str]:
    """Cut after line ends where there are any."""
    start = 0
    while start < len(text):
        end = min(start + _WINDOW, len(text))
        if end < len(text):
            end = text.rfind("\n", start, end) + 1 or end
        yield text[start:end]
        start = end
