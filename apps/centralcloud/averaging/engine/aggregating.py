"""Many submissions to one model, one block after the other.

Memory holds one block of the result and one of each submission: all else stays in their files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.centralcloud.averaging.engine.aggregators import Aggregator, weighted_mean
from apps.centralcloud.averaging.engine.outer import Nesterov
from apps.centralcloud.averaging.engine.tensors import FLOATS, Block, Tensors, spans


@dataclass(frozen=True, slots=True)
class Part:
    """A submission: its numbers, its share of the aggregate, and what it is scaled by."""

    tensors: Tensors
    share: float
    factor: float = 1.0


def tensors_aggregate(
    parts: Sequence[Part],
    *,
    base: Tensors | None = None,
    aggregator: Aggregator = weighted_mean,
    outer: Nesterov | None = None,
) -> Iterator[tuple[str, NDArray[Any]]]:
    """The aggregate: names and the next numbers of each, in the order of the base or the first.

    Args:
        parts: whole weights, or differences where there is a base that they are to; their names
            and shapes are those of the base. Shares add up to 1.
        outer: makes the step from the mean difference; without one it is the difference.
    """
    first = base or parts[0].tensors
    rows = [part.tensors for part in parts]
    shares, factors = [part.share for part in parts], [part.factor for part in parts]
    for name in first.names():
        if first.dtype(name) not in FLOATS:
            yield name, _most_have(name, rows) if base is None else base.array(name)
            continue
        for start, stop in spans(first.shape(name)):
            out: Block = np.empty(stop - start, dtype=np.float32)
            aggregator([row.part(name, start, stop) for row in rows], shares, factors, out)
            if base is not None:
                if outer is not None:
                    outer.step(name, start, out)
                np.add(out, base.part(name, start, stop), out=out)
            yield name, out


def _most_have(name: str, rows: Sequence[Tensors]) -> NDArray[Any]:
    """What cannot be averaged as most have it; of as frequent ones the first in byte order."""
    found = [row.array(name) for row in rows]
    votes = Counter(array.tobytes() for array in found)
    chosen = min(votes, key=lambda one: (-votes[one], one))
    return next(array for array in found if array.tobytes() == chosen)
