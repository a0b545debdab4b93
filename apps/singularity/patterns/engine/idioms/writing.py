"""A mined idiom as a pattern for people and for others: template, signature, examples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.instances import instances
from apps.singularity.patterns.engine.idioms.labels import ITEM_ID, STATEMENT_ID
from apps.singularity.patterns.engine.idioms.metavariables import equal_holes
from apps.singularity.patterns.engine.idioms.pattern import Idiom
from apps.singularity.patterns.engine.idioms.render import render
from apps.singularity.patterns.engine.idioms.support import support_for
from apps.singularity.patterns.engine.idioms.template import canonical_form, parse_canonical
from apps.singularity.patterns.engine.mined import (
    EXAMPLES_LIMIT,
    MinedPattern,
    PatternKind,
    signature_of,
)

Ints = NDArray[np.int32]
_CELLS = (ITEM_ID, STATEMENT_ID)


def written(forest: Forest, idiom: Idiom) -> MinedPattern:
    """The pattern of an idiom."""
    found = instances(forest, idiom.nodes, idiom.roots)
    holes, holds = _holes(forest, idiom, found)
    found = found[:, holds]
    language = forest.book.language
    canonical = canonical_form(
        forest.book, forest.label[idiom.nodes].tolist(), idiom.opened.tolist(), holes.tolist()
    )
    return MinedPattern(
        kind=PatternKind.IDIOM,
        language=language,
        signature=signature_of(PatternKind.IDIOM, language, canonical),
        template=render(parse_canonical(canonical), language),
        occurrences=found.shape[1],
        files=len(np.unique(forest.files_of(found[0]))),
        score=round(idiom.score, 3),
        details={"canonical": canonical, "bits": round(idiom.bits, 1)},
        examples=tuple(forest.places(*_ends(forest, idiom, found[:, _examples(forest, found[0])]))),
    )


def _holes(forest: Forest, idiom: Idiom, found: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """For each node the number of its hole, and the occurrences in which equal holes are equal."""
    parents = forest.label[forest.parent[idiom.nodes]]
    rest = np.isin(parents, _CELLS) & (forest.slot[idiom.nodes] == 1)
    numbers = np.where(rest, -1, np.arange(len(idiom.nodes)))
    rows = np.flatnonzero(~idiom.opened & ~rest)
    exact = np.stack([forest.exact(found[row]) for row in rows]) if len(rows) else np.zeros(
        (0, found.shape[1]), dtype=np.uint64
    )
    first, holds = equal_holes(exact, least=support_for(len(forest.paths)).occurrences)
    numbers[rows] = rows[first] if len(rows) else rows
    return numbers, holds


def _examples(forest: Forest, roots: Ints) -> Ints:
    """Which occurrences to show: of as many files as can be, in the order of files."""
    files = forest.files_of(roots)
    rank = np.arange(len(files)) - np.searchsorted(files, files)
    best = np.lexsort((np.arange(len(files)), rank))[:EXAMPLES_LIMIT]
    return np.sort(best)


def _ends(forest: Forest, idiom: Idiom, found: Ints) -> tuple[Ints, Ints]:
    """The first and the last node of each occurrence."""
    if forest.label[idiom.nodes[0]] != STATEMENT_ID:
        return found[0], found[0]
    row, last = 0, 0
    while idiom.opened[row] and forest.label[idiom.nodes[row]] == STATEMENT_ID:
        last = row + 1
        follower = idiom.nodes[last] + forest.size[idiom.nodes[last]]
        row = int(np.searchsorted(idiom.nodes, follower))
    return found[0] + 1, found[last]
