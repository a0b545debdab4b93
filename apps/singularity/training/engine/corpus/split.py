"""Which files are held out: decided by their content, alike at every instance and every day.

A file's min-hash is the least hash of its token shingles. It depends on no other file, and an edit
that keeps a share J of the shingles keeps it with probability J. One of ``EVERY`` is held out.
Near duplicates go together, or a model would be judged on what it has learned: a group follows
the smallest min-hash in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from apps.singularity.training.engine.corpus.sketch import PERMUTATIONS, Signature

EVERY = 10
SIMILAR = 0.7
"""Jaccard similarity of near duplicates."""

_ROWS = 5
"""Values of a band. With 25 bands, two sets of Jaccard .7 share one with probability .99."""


def held_out(minhashes: Sequence[int], signatures: Sequence[Signature]) -> list[bool]:
    """Whether each text is held out; in the order of the arguments, decided without it."""
    least = _least_of_groups(minhashes, near_duplicates(signatures))
    return [minhash % EVERY == 0 for minhash in least]


def near_duplicates(signatures: Sequence[Signature]) -> list[int]:
    """The group of each text: a text of it, by its place.

    MinHash LSH (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3.4): signatures
    are cut into bands; who shares one is compared with the first who has it. So the cost stays
    linear where thousands of files are alike.
    """
    parents = list(range(len(signatures)))
    if signatures:
        table = np.stack(signatures)
        for band in range(0, PERMUTATIONS - _ROWS + 1, _ROWS):
            for one, other in _alike(table, band):
                _join(parents, one, other)
    return [_root(parents, place) for place in range(len(parents))]


def _alike(table: NDArray[np.uint32], band: int) -> list[tuple[int, int]]:
    """Places of one band whose whole signatures agree as near duplicates' do."""
    rows = table[:, band : band + _ROWS]
    _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    leaders = first[inverse.reshape(-1)]
    followers = np.flatnonzero(leaders != np.arange(len(table)))
    agreement = (table[followers] == table[leaders[followers]]).mean(axis=1)
    chosen = followers[agreement >= SIMILAR]
    return list(zip(leaders[chosen].tolist(), chosen.tolist(), strict=True))


def _least_of_groups(minhashes: Sequence[int], groups: Sequence[int]) -> list[int]:
    least: dict[int, int] = {}
    for minhash, group in zip(minhashes, groups, strict=True):
        least[group] = min(minhash, least.get(group, minhash))
    return [least[group] for group in groups]


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


def _join(parents: list[int], one: int, other: int) -> None:
    parents[_root(parents, one)] = _root(parents, other)
