"""The closed frequent fragments of a forest, in order of worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments, closures_of
from apps.singularity.patterns.engine.idioms.contained import contained
from apps.singularity.patterns.engine.idioms.features import features_of, paths_of, roots_of
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.information import contexts_of
from apps.singularity.patterns.engine.idioms.matching import matcher_of
from apps.singularity.patterns.engine.idioms.pattern import Idiom
from apps.singularity.patterns.engine.idioms.ranking import REFERENCE_BITS, ranked, value
from apps.singularity.patterns.engine.idioms.seeds import Groups, seeds_of
from apps.singularity.patterns.engine.idioms.support import support_for

Longs = NDArray[np.int64]

PATTERNS_LIMIT = 2000
"""Patterns of one language that are given."""

CANDIDATES_LIMIT = 4000
"""Fragments of one language, the most promising ones, whose occurrences are all looked up."""

WINDOW, FEATURES = 48, 16
_SAMPLE = 16  # members of a group from which its closure is taken


def idioms_of(forest: Forest) -> list[Idiom]:
    """The idioms of one language, best first."""
    support = support_for(len(forest.paths))
    paths, contexts = paths_of(forest), contexts_of(forest)
    roots = roots_of(forest)
    features, _ = features_of(forest, paths, roots, window=WINDOW, limit=FEATURES)
    groups = seeds_of(roots, forest.files_of(roots), features, support)
    fragments = _promising(forest, contexts.bits, groups)
    found = matcher_of(forest, paths, contexts).occurrences(fragments)
    files = _spread(forest, found)
    bits = fragments.sums(contexts.bits.astype(np.float64))
    frequent = (found.sizes >= support.occurrences) & (files >= support.files)
    kept = np.flatnonzero(frequent & ~contained(forest, fragments, found))
    worth = value(bits, files.astype(np.float64))
    idioms = [
        Idiom(
            *fragments.of(one),
            roots=found.members[found.bounds[one] : found.bounds[one + 1]],
            files=int(files[one]),
            bits=float(bits[one]),
            score=float(worth[one]),
        )
        for one in kept.tolist()
    ]
    return ranked(forest, contexts.bits, idioms, limit=PATTERNS_LIMIT)


def _promising(forest: Forest, bits: NDArray[np.float32], groups: Groups) -> Fragments:
    """The closures of groups, each once, those that seem worth most."""
    fragments = closures_of(forest, _sampled(groups))
    if not len(fragments):
        return fragments
    _, first = np.unique(fragments.hashes(forest), return_index=True)
    first.sort()
    fragments, sizes = fragments.chosen(first), groups.sizes[first]
    told = fragments.sums(bits.astype(np.float64))
    worth = value(told, sizes.astype(np.float64))
    best = np.argsort(-worth, kind="stable")[:CANDIDATES_LIMIT]
    return fragments.chosen(np.sort(best[told[best] > REFERENCE_BITS]))


def _sampled(groups: Groups) -> Groups:
    """At most so many members of each group, evenly taken."""
    taken = np.minimum(groups.sizes, _SAMPLE)
    bounds = np.concatenate([[0], np.cumsum(taken)])
    group = np.repeat(np.arange(len(taken)), taken)
    place = np.arange(bounds[-1]) - bounds[group]
    at = groups.bounds[group] + place * groups.sizes[group] // taken[group]
    return Groups(groups.members[at], bounds)


def _spread(forest: Forest, groups: Groups) -> Longs:
    """The number of files that the members of each group stand in."""
    files = forest.files_of(groups.members)
    owner = np.repeat(np.arange(len(groups.sizes)), groups.sizes)
    new = (np.diff(files, prepend=-1) != 0) | (np.diff(owner, prepend=-1) != 0)
    return np.bincount(owner[new], minlength=len(groups.sizes))
