"""Idioms: frequent, closed, anonymised pieces of syntax trees."""

from __future__ import annotations

from collections import defaultdict

from apps.singularity.patterns.engine.facts import EncodedTree, FileFacts
from apps.singularity.patterns.engine.idioms.forest import forest_of
from apps.singularity.patterns.engine.idioms.labels import KnownNames, LabelBook
from apps.singularity.patterns.engine.idioms.search import idioms_of
from apps.singularity.patterns.engine.idioms.writing import written
from apps.singularity.patterns.engine.mined import Mined, MinedPattern

MAX_NODES_PER_LINE = 40
"""On average, above which a file was written by a program for programs: minified, or generated."""

_NODE, _LINE = 4, 4  # bytes of an entry


class IdiomMiner:
    """Takes the facts of one file after the other, then mines each language by itself.

    Holds on to the trees: 24 bytes a node, and at the peak about 220 more a node of the largest
    language while it is mined.
    """

    def __init__(self, libraries: KnownNames) -> None:
        self._libraries = libraries
        self._files: dict[str, list[tuple[str, EncodedTree]]] = defaultdict(list)

    def add(self, path: str, facts: FileFacts) -> None:
        """Take in one file."""
        if facts.tree.label and not _is_minified(facts.tree):
            self._files[facts.language].append((path, facts.tree))

    def mine(self) -> Mined:
        """All idioms of the files taken in; of those that read the same only the best."""
        found: list[MinedPattern] = []
        for language in sorted(self._files):
            book = LabelBook(language, self._libraries)
            forest = forest_of(book, self._files[language])
            patterns = (written(forest, idiom) for idiom in idioms_of(forest))
            found += {pattern.template: pattern for pattern in reversed(list(patterns))}.values()
        found.sort(key=lambda pattern: (-pattern.score, pattern.signature))
        return Mined(tuple(found))


def _is_minified(tree: EncodedTree) -> bool:
    nodes, lines = len(tree.label) // _NODE, len(tree.newlines) // _LINE
    return nodes > MAX_NODES_PER_LINE * (lines + 4)
