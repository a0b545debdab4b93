"""All inner products of a round's submissions, in one pass over their files."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from apps.centralcloud.averaging.engine.tensors import BLOCK, Tensors, floats_of, spans

Gram = NDArray[np.float64]
"""``(k, k)``: the inner product of each pair; norms, cosines and distances follow from it."""


def gram_of(submissions: Sequence[Tensors]) -> tuple[Gram, int]:
    """The inner products of the submissions' numbers, and how many numbers each has.

    Products of a block are taken in float32 and added up in float64. A submission that holds what
    is not finite, or too large for its square to be, has no finite product with itself; the
    products of the others are as they would be without it.
    """
    first = submissions[0]
    gram = np.zeros((len(submissions), len(submissions)))
    rows = np.empty((len(submissions), BLOCK), dtype=np.float32)
    names = floats_of(first)
    with np.errstate(all="ignore"):  # what overflows or is no number is what is looked for
        for name in names:
            for start, stop in spans(first.shape(name)):
                block = rows[:, : stop - start]
                for row, submission in zip(block, submissions, strict=True):
                    row[:] = submission.part(name, start, stop)
                gram += block @ block.T
    return gram, sum(prod(first.shape(name)) for name in names)
