"""A mined idiom as a pattern for people and for others: template, signature, examples."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from apps.shared.contracts.signatures import signature_of
from apps.singularity.patterns.engine.idioms.ast_grep import rule_of
from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.instances import instances
from apps.singularity.patterns.engine.idioms.labels import (
    BARRIER,
    ITEM_ID,
    ITEMS_END_ID,
    STATEMENT_ID,
    STATEMENTS_END_ID,
)
from apps.singularity.patterns.engine.idioms.metavariables import equal_holes
from apps.singularity.patterns.engine.idioms.pattern import Idiom
from apps.singularity.patterns.engine.idioms.render import render
from apps.singularity.patterns.engine.idioms.support import support_for
from apps.singularity.patterns.engine.idioms.template import (
    ITEMS_REST,
    STATEMENTS_REST,
    canonical_form,
    parse_canonical,
)
from apps.singularity.patterns.engine.mined import (
    EXAMPLES_LIMIT,
    MinedPattern,
    PatternKind,
    Place,
)

Ints = NDArray[np.int32]


def written(forest: Forest, idiom: Idiom) -> MinedPattern:
    """The pattern of an idiom."""
    found = instances(forest, idiom.nodes, idiom.opened, idiom.roots)
    holes, holds = _holes(forest, idiom, found)
    found = found[:, holds]
    language = forest.book.language
    canonical = canonical_form(
        forest.book, forest.label[idiom.nodes].tolist(), idiom.opened.tolist(), holes.tolist()
    )
    template = parse_canonical(canonical)
    rule = rule_of(
        template,
        language=language,
        spellings=_spellings(forest, idiom, found),
        forms=forest.book.forms,
    )
    return MinedPattern(
        kind=PatternKind.IDIOM,
        language=language,
        signature=signature_of(PatternKind.IDIOM, language, canonical),
        template=render(template, language),
        occurrences=found.shape[1],
        files=len(np.unique(forest.files_of(found[0]))),
        score=round(idiom.score, 3),
        details={"canonical": canonical, "bits": round(idiom.bits, 1), "ast_grep": rule},
        examples=_examples(forest, idiom, found),
    )


def _holes(forest: Forest, idiom: Idiom, found: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """For each node the number of its hole, and the occurrences in which equal holes are equal."""
    label = forest.label[idiom.nodes]
    numbers = np.arange(len(idiom.nodes), dtype=np.int32)
    numbers[(label == ITEM_ID) | (label == ITEMS_END_ID)] = ITEMS_REST
    numbers[_is_statement(label) | (label == STATEMENTS_END_ID)] = STATEMENTS_REST
    rows = np.flatnonzero(~idiom.opened & (numbers >= 0))
    first, holds = equal_holes(
        forest.exact[found[rows]], least=support_for(len(forest.paths)).occurrences
    )
    numbers[rows] = rows[first]
    return numbers, holds


def _spellings(forest: Forest, idiom: Idiom, found: Ints) -> dict[str, set[str]]:
    """How the known names of an idiom are written in its occurrences."""
    book = forest.book
    names = np.flatnonzero(idiom.opened & book.is_name[forest.label[idiom.nodes]])
    spellings: dict[str, set[str]] = defaultdict(set)
    for number in np.unique(forest.spelled[found[names]]).tolist():
        label = book.label(number)
        spellings[label.text].add(label.spelling)
    return spellings


def _examples(forest: Forest, idiom: Idiom, found: Ints) -> tuple[Place, ...]:
    """Some places: of as many files as can be, in the order of files."""
    files = forest.files_of(found[0])
    rank = np.arange(len(files)) - np.searchsorted(files, files)
    shown = np.sort(np.lexsort((np.arange(len(files)), rank))[:EXAMPLES_LIMIT])
    first, last = _ends(forest, idiom)
    return tuple(forest.place(int(found[first, at]), int(found[last, at])) for at in shown.tolist())


def _ends(forest: Forest, idiom: Idiom) -> tuple[int, int]:
    """The rows of the first and the last node that a fragment reaches over.

    For a run of statements its first and its last one; for all else the root.
    """
    nodes = idiom.nodes
    is_run = idiom.opened & _is_statement(forest.label[nodes])
    if not is_run[0]:
        return 0, 0
    row, last = 0, 1
    while is_run[row]:
        last = row + 1
        row = int(np.searchsorted(nodes, nodes[last] + forest.size[nodes[last]]))
    return 1, last


def _is_statement(label: Ints) -> NDArray[np.bool_]:
    """Which of the labels are those of cells of statements."""
    cells: NDArray[np.bool_] = (label == STATEMENT_ID) | (label == BARRIER)
    return cells
