"""How much code a token holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from tokenizers import Tokenizer

_BATCH = 64


@dataclass(frozen=True, slots=True)
class Compression:
    """What became of some texts; ``single_bytes`` are those that are a token alone."""

    bytes: int
    tokens: int
    single_bytes: int

    @property
    def metrics(self) -> dict[str, float]:
        """``bytes_per_token``, more is better, and ``single_byte_share``, less is."""
        return {
            "bytes_per_token": round(self.bytes / max(1, self.tokens), 5),
            "single_byte_share": round(self.single_bytes / max(1, self.bytes), 5),
        }


def compression(tokenizer: Tokenizer, texts: Iterable[str]) -> Compression:
    """Write texts as tokens and count."""
    single = {place for piece, place in tokenizer.get_vocab().items() if len(piece) == 1}
    total = tokens = alone = 0
    for batch in _batches(texts):
        for text, encoding in zip(batch, tokenizer.encode_batch_fast(batch), strict=True):
            total += len(text.encode())
            tokens += len(encoding.ids)
            alone += sum(map(single.__contains__, encoding.ids))
    return Compression(total, tokens, alone)


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    source = iter(texts)
    while batch := list(islice(source, _BATCH)):
        yield batch
