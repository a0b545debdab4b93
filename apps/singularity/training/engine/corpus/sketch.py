"""A text as a set of token shingles, and its MinHash.

Two sets share the least of their hashes with the probability of their Jaccard similarity (Broder
1997, "On the resemblance and containment of documents").
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5
"""Tokens in a shingle."""
PERMUTATIONS = 128

_TOKEN = re.compile(r"\w+|[^\w\s]")
_LEAD = re.compile(r"(?:[ \t]*(?:#|//|/?\*|--|;|%|<!--)[^\n]*\n|\s*\n)*")
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_BATCH = 1024
_KNOWN = 500_000
"""Tokens whose hashes are kept; it takes some hundred megabytes of code to find as many."""

Hashes = NDArray[np.uint64]
Signature = NDArray[np.uint32]
"""Shape (``PERMUTATIONS``,)."""


class _TokenHashes(dict[str, int]):
    """64 bits of each token; code repeats its tokens, so that most are looked up."""

    def __missing__(self, token: str) -> int:
        found = int.from_bytes(blake2b(token.encode(), digest_size=8).digest(), "little")
        if len(self) < _KNOWN:
            self[token] = found
        return found


class Sketcher:
    """Makes shingles and signatures; one for all texts of a corpus."""

    def __init__(self) -> None:
        self._tokens = _TokenHashes()

    def shingles(self, text: str) -> Hashes:
        """The distinct hashes of a text's shingles; at least one.

        Comments at its top do not count where there is more: a licence that all files share would
        send them all to one side.
        """
        lead = _LEAD.match(text)
        tokens = _TOKEN.findall(text, lead.end() if lead else 0) or _TOKEN.findall(text)
        tokens += [""] * (SHINGLE - len(tokens))
        hashes = np.fromiter(map(self._tokens.__getitem__, tokens), np.uint64, len(tokens))
        count = len(tokens) - SHINGLE + 1
        mixed = np.zeros(count, np.uint64)
        for offset in range(SHINGLE):
            mixed = mixed * _GOLDEN + hashes[offset : offset + count]
        return np.unique(_mix(mixed))


def signature(shingles: Hashes) -> Signature:
    """The MinHash signature of a set of hashes."""
    from datasketch import MinHash  # brings scipy, which only who writes a corpus needs

    sketch = MinHash(PERMUTATIONS, scheme="affine32", hashfunc=int, permutations=_permutations())
    low = (shingles & np.uint64(0xFFFFFFFF)).tolist()
    for start in range(0, len(low), _BATCH):  # bounds the memory of (hashes, permutations)
        sketch.update_batch(low[start : start + _BATCH])
    return np.asarray(sketch.hashvalues, dtype=np.uint32)


@cache
def _permutations() -> NDArray[np.uint32]:
    from datasketch import MinHash

    return np.asarray(MinHash(PERMUTATIONS, scheme="affine32").permutations)


def _mix(values: Hashes) -> Hashes:
    """MurmurHash3's finalizer: a bijection after which each bit depends on all."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))
