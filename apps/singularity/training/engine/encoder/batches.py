"""Batches of pairs whose functions can be told apart.

Every other function of a batch counts as a wrong answer. Two functions of one file, or of the same
documentation, may both answer: they never meet in a batch (false negatives).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import count

from apps.singularity.training.engine.corpus import Pair
from apps.singularity.training.engine.events import TrainingFailed


def batches(pairs: Sequence[Pair], size: int, seed: int) -> Iterator[list[Pair]]:
    """Batches without end, each pass over the pairs in another order, drawn by hash and ``seed``.

    A pass ends when what is left does not fill a batch. Where there are fewer files than ``size``,
    a pass is the one batch that there is.

    Raises TrainingFailed where all pairs are of one file.
    """
    for turn in count():
        waiting = deque(_shuffled(pairs, f"{seed}:{turn}"))
        batch = _take(waiting, size)
        if len(batch) < 2:
            raise TrainingFailed("All documented functions are in one file: there is no contrast.")
        yield batch
        while len(batch := _take(waiting, size)) == size:
            yield batch


def _shuffled(pairs: Sequence[Pair], salt: str) -> list[Pair]:
    """By hash of what a pair says, so that the order it came in does not matter."""

    def place(pair: Pair) -> bytes:
        said = f"{salt}\0{pair.digest}\0{pair.name}\0{pair.query}\0{pair.code}"
        return blake2b(said.encode(), digest_size=16).digest()

    return sorted(pairs, key=place)


def _take(waiting: deque[Pair], size: int) -> list[Pair]:
    """Up to ``size`` pairs off the front; those passed over stay in front, in their order."""
    batch: list[Pair] = []
    passed: list[Pair] = []
    met: set[str] = set()
    while waiting and len(batch) < size:
        pair = waiting.popleft()
        marks = {pair.digest, f"query {pair.query.lower()}", f"code {pair.code}"}
        if met & marks:
            passed.append(pair)
        else:
            batch.append(pair)
            met |= marks
    waiting.extendleft(reversed(passed))
    return batch
