"""Groups of roots from which idioms are taken: what a group shares begins alike."""

from __future__ import annotations

import numpy as np
import pytest

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.idioms.features import (
    features_of,
    paths_of,
    plain,
    roots_of,
)
from apps.singularity.patterns.engine.idioms.forest import Forest, forest_of
from apps.singularity.patterns.engine.idioms.labels import LabelBook
from apps.singularity.patterns.engine.idioms.search import FEATURES, WINDOW, idioms_of
from apps.singularity.patterns.engine.idioms.seeds import seeds_of
from apps.singularity.patterns.engine.idioms.support import Support
from apps.singularity.patterns.engine.tree import encode

CALLED = "first = make(dict(name, other, third))\n"
INDEXED = "second = make(dict[name, other, third][more])\n"
ANNOTATED = "def made(argument: dict[name, other]) -> dict[name, other]:\n    return dict(a=1)\n"


class Libraries:
    """Knows every name that is resolved."""

    def knows(self, qualified: str, language: str) -> bool:
        return True


@pytest.fixture
def forest() -> Forest:
    """One known name at the head of calls, of subscripts and of types; a call stands last."""
    grammar = grammar_of("python")
    assert grammar is not None
    trees = []
    for number, source in enumerate([INDEXED, ANNOTATED, CALLED] * 5):
        text = source.encode()
        tree = grammar.parse(text)
        assert tree is not None
        starts = [at for at in range(len(text)) if text.startswith(b"dict", at)]
        names = {(at, at + len("dict")): "dict" for at in starts}
        encoded = encode(tree.root_node, text, language="python", resolved=names)
        trees.append((f"file{number}", encoded))
    return forest_of(LabelBook("python", Libraries()), trees)


def test_the_roots_of_a_group_have_one_label(forest: Forest) -> None:
    """Else a fragment would be read off one of them and laid over others of another shape."""
    roots = roots_of(forest)
    features, _ = features_of(forest, paths_of(forest), roots, window=WINDOW, limit=FEATURES)
    groups = seeds_of(roots, forest.files_of(roots), features, Support(occurrences=3, files=2))
    label = plain(forest.label[groups.members])
    assert len(np.unique(label)) > 2
    assert np.array_equal(label, np.repeat(label[groups.bounds[:-1]], groups.sizes))
    assert idioms_of(forest)
