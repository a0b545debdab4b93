"""Seeds: groups of roots that share one or two telling features.

Each root votes with its rarest features that are frequent all the same: alone and in pairs. What
an idiom's occurrences have in common contains some pair that little else has, and the closure of
that pair (see `closure`) is the idiom, whatever fills its holes: the step from itemsets to their
closure of LCM (Uno et al. 2004), begun at the itemsets of one and two items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.hashing import Words, mix
from apps.singularity.patterns.engine.idioms.support import Support

Ints = NDArray[np.int32]

VOTES = 6
"""Features of a root that make seeds."""

_BUCKETS_BITS = np.uint64(64 - 22)
_BUCKETS = 1 << 22
_FREE = np.int32(2**31 - 1)


@dataclass(frozen=True)
class Groups:
    """Groups of roots: those of group g are ``members[bounds[g]:bounds[g + 1]]``, ascending."""

    members: Ints
    bounds: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The number of members of each group."""
        return np.diff(self.bounds)

    def chosen(self, groups: NDArray[np.int64]) -> Groups:
        """Only these groups, in this order."""
        sizes = self.sizes[groups]
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        shift = np.repeat(self.bounds[groups] - bounds[:-1], sizes)
        return Groups(self.members[np.arange(bounds[-1]) + shift], bounds)


def together(parts: Sequence[Groups]) -> Groups:
    """The groups of each part, one after the other."""
    sizes = np.concatenate([part.sizes for part in parts])
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    return Groups(np.concatenate([part.members for part in parts]), bounds)


def seeds_of(roots: Ints, files: Ints, features: Words, support: Support) -> Groups:
    """Groups with enough support, no two with the same members.

    ``files`` has the file of each root, ``features`` a row of hashes for each, 0 for none.
    """
    keys = _votes(features, support.occurrences)
    row = np.flatnonzero(keys).astype(np.int32)
    votes = keys.ravel()[row]
    frequent = _counts(votes)[_bucket(votes)] >= support.occurrences
    votes, row = votes[frequent], row[frequent] // np.int32(keys.shape[1])
    votes, row = _sorted(votes, row, len(roots))
    starts = np.flatnonzero(np.append(True, votes[1:] != votes[:-1])[: len(votes)])
    groups = Groups(roots[row], np.append(starts, len(votes)))
    spread = _distinct(files[row], starts, len(votes))
    enough = (groups.sizes >= support.occurrences) & (spread >= support.files)
    return without_twins(groups.chosen(np.flatnonzero(enough)))


def _sorted(votes: Words, rows: Ints, count: int) -> tuple[Words, Ints]:
    """Sort by vote, then by row, of which there are ``count``.

    Row numbers take the place of the last bits of the hashes: words sort many times faster than
    their order is found.
    """
    own = np.uint64((1 << count.bit_length()) - 1)
    packed = (votes & ~own) | rows.astype(np.uint64)
    packed.sort()
    return packed & ~own, (packed & own).astype(np.int32)


def _votes(features: Words, least: int) -> Words:
    """The keys that each root votes for: its rarest frequent features, and their pairs."""
    valid = features > 0
    counts = _counts(features[valid])
    frequency = np.full(features.shape, _FREE, dtype=np.int32)
    frequency[valid] = counts[_bucket(features[valid])]
    frequency[frequency < least] = _FREE
    votes = min(VOTES, features.shape[1] - 1)
    rarest = np.argpartition(frequency, votes, axis=1)[:, :votes]
    chosen = np.take_along_axis(features, rarest, axis=1)
    chosen[np.take_along_axis(frequency, rarest, axis=1) == _FREE] = 0
    first, second = np.triu_indices(votes, 1)
    pairs = mix(chosen[:, first] + chosen[:, second])
    pairs[(chosen[:, first] == 0) | (chosen[:, second] == 0)] = 0
    return np.concatenate([chosen, pairs], axis=1)


def _bucket(hashes: Words) -> NDArray[np.int64]:
    return (hashes >> _BUCKETS_BITS).view(np.int64)


def _counts(hashes: Words) -> Ints:
    """How often each hash occurs, by bucket: never less than it does."""
    return np.bincount(_bucket(hashes), minlength=_BUCKETS).astype(np.int32)


def _distinct(files: Ints, starts: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The number of different files in each run; files ascend within a run."""
    if not len(starts):
        return starts
    new = np.diff(files, prepend=-1) != 0
    new[starts] = True
    return np.add.reduceat(new.astype(np.int64), starts)


def without_twins(groups: Groups) -> Groups:
    """Of groups with the same members only the first."""
    if not len(groups.members):
        return groups
    sets = np.add.reduceat(mix(groups.members.astype(np.uint64)), groups.bounds[:-1])
    _, first = np.unique(sets, return_index=True)
    return groups.chosen(np.sort(first))
