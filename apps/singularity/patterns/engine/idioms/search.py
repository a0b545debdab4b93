"""The closed frequent fragments of a forest, in order of worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.closure import Fragments, closures_of, joined
from apps.singularity.patterns.engine.idioms.contained import contained
from apps.singularity.patterns.engine.idioms.features import features_of, paths_of, roots_of
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.information import contexts_of
from apps.singularity.patterns.engine.idioms.matching import matcher_of
from apps.singularity.patterns.engine.idioms.pattern import Idiom
from apps.singularity.patterns.engine.idioms.ranking import REFERENCE_BITS, ranked, value
from apps.singularity.patterns.engine.idioms.repetition import told
from apps.singularity.patterns.engine.idioms.seeds import (
    Groups,
    seeds_of,
    together,
    without_twins,
)
from apps.singularity.patterns.engine.idioms.splitting import splits_of
from apps.singularity.patterns.engine.idioms.support import support_for
from apps.singularity.patterns.engine.idioms.trimming import trimmed

Longs = NDArray[np.int64]

NODES_PER_PATTERN = 1500
MOST_PATTERNS = 4000
"""Of a language one pattern is given for so many nodes, but at least 200 and at most these."""

CANDIDATES_PER_PATTERN = 5
"""Fragments, the most promising ones, whose occurrences are all looked up for one pattern given."""

WINDOW, FEATURES = 48, 16
_SAMPLE = 16  # members of a group from which its closure is taken


def idioms_of(forest: Forest) -> list[Idiom]:
    """The idioms of one language, best first."""
    support = support_for(len(forest.paths))
    limit = min(MOST_PATTERNS, max(200, len(forest.size) // NODES_PER_PATTERN))
    paths, contexts = paths_of(forest), contexts_of(forest)
    matcher = matcher_of(forest, paths)
    roots = roots_of(forest)
    features, _ = features_of(forest, paths, roots, window=WINDOW, limit=FEATURES)
    groups = seeds_of(roots, forest.files_of(roots), features, support)
    candidates = CANDIDATES_PER_PATTERN * limit
    fragments = _promising(forest, contexts.bits, groups, candidates)
    found = matcher.occurrences(fragments)
    splits = without_twins(splits_of(forest, fragments, found, support))
    finer = _promising(forest, contexts.bits, splits, candidates)
    finer = finer.chosen(_unseen(forest, finer, fragments))
    found = together([found, matcher.occurrences(finer)])
    fragments = joined([fragments, finer])
    files = _spread(forest, found)
    bits = told(forest, contexts.bits, fragments)
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
    return ranked(forest, contexts, idioms, limit=limit)


def _unseen(forest: Forest, fragments: Fragments, others: Fragments) -> Longs:
    """The fragments that are not among the others."""
    return np.flatnonzero(~np.isin(fragments.hashes(forest), others.hashes(forest)))


def _promising(forest: Forest, bits: NDArray[np.float32], groups: Groups, limit: int) -> Fragments:
    """The closures of groups, each once, those that seem worth most."""
    fragments = closures_of(forest, _sampled(groups))
    if not len(fragments):
        return fragments
    fragments, left = trimmed(forest, fragments)
    _, first, same = np.unique(fragments.hashes(forest), return_index=True, return_inverse=True)
    sizes = np.zeros(len(first), dtype=np.int64)
    np.maximum.at(sizes, same, groups.sizes[left])
    fragments = fragments.chosen(first)
    tells = told(forest, bits, fragments)
    worth = value(tells, sizes.astype(np.float64))
    best = np.argsort(-worth, kind="stable")[:limit]
    return fragments.chosen(np.sort(best[tells[best] > REFERENCE_BITS]))


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
