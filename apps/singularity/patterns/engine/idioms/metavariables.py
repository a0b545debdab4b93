"""Which holes of a fragment hold equal code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint32]

USUAL = 0.8
"""Share of occurrences in which two holes are equal from which on the others do not count."""


def equal_holes(exact: Hashes, *, least: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each hole (a row of ``exact``) the first one with equal code, and where this holds.

    ``exact`` has the hash of the code in each hole (row) at each occurrence (column). Two holes
    are one metavariable when they are equal in nearly all occurrences, and in at least ``least``;
    the second array tells in which occurrences all such holes are equal.
    """
    holes, occurrences = exact.shape
    first = np.arange(holes)
    holds = np.ones(occurrences, dtype=np.bool_)
    enough = max(least, int(np.ceil(USUAL * occurrences)))
    for hole in range(1, holes):
        equal = (exact[:hole] == exact[hole]) & holds
        counts = equal.sum(axis=1)
        best = int(np.argmax(counts))
        if counts[best] >= enough:
            first[hole] = first[best]
            holds = holds & equal[best]
    return first, holds
