"""A mined idiom, before it is written out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Idiom:
    """A fragment with its occurrences.

    ``nodes`` are those of one occurrence in preorder, ``opened`` tells them from holes, ``roots``
    are where the occurrences begin. ``bits`` is what the fragment tells.
    """

    nodes: Ints
    opened: NDArray[np.bool_]
    roots: Ints
    files: int
    bits: float
    score: float

    def scored(self, score: float) -> Idiom:
        """The same with another score."""
        return replace(self, score=score)
