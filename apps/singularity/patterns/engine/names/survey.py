"""One walk over a tree for all that names and conventions need of it.

A walk over the children of each node costs 0.4 of the parse. A tree-sitter query costs the same
before its results are put in order, which this walk keeps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from heapq import merge
from operator import attrgetter

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.names.model import NameTable
from apps.singularity.patterns.engine.names.tables import measured_kinds, table_of

_START = attrgetter("start_byte")
_LEAF, _NAME = 0, -1


@dataclass(slots=True)
class Survey:
    """What a walk found, in source order: ``names`` by their first byte, nodes by their type."""

    names: dict[int, bytes] = field(default_factory=dict)
    nodes: dict[str, list[Node]] = field(default_factory=dict)

    def of(self, kinds: Iterable[str]) -> Iterable[Node]:
        """The nodes of several types."""
        found = [nodes for kind in kinds if (nodes := self.nodes.get(kind))]
        return found[0] if len(found) == 1 else merge(*found, key=_START)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What to do at a node, by tree-sitter's number of its type.

    A positive action keeps the node in that list and goes on to its children, one below `_NAME`
    keeps it and does not.
    """

    actions: dict[int, int]
    kept: tuple[str, ...]


def survey(root: Node, source: bytes, *, language: str) -> Survey:
    """Walk a tree; nothing is found in a language without a table."""
    kinds = _kinds_of(language)
    found = Survey()
    if kinds is None:
        return found
    groups: list[list[Node]] = [[] for _ in kinds.kept]
    keep = [group.append for group in groups]
    names, action_of, stack = found.names, kinds.actions.get, [root]
    pop = stack.pop
    while stack:
        node = pop()
        action = action_of(node.kind_id)
        if action is not None:
            if action == _NAME:
                start = node.start_byte
                names[start] = source[start : node.end_byte]
                continue
            if action == _LEAF:
                continue
            keep[abs(action)](node)
            if action < 0:
                continue
        if children := node.children:
            stack += children[::-1]
    found.nodes = dict(zip(kinds.kept, groups, strict=True))
    return found


@cache
def _kinds_of(language: str) -> _Kinds | None:
    table, grammar = table_of(language), grammar_of(language)
    parser_language = grammar.parser.language if grammar else None
    if table is None or parser_language is None:
        return None
    kept = sorted(table.kinds() | measured_kinds(language))
    index = {kind: at for at, kind in enumerate(kept, 2)}
    actions: dict[int, int] = {}
    for number in range(parser_language.node_kind_count):
        kind = parser_language.node_kind_for_id(number)
        action = _action(kind or "", parser_language.node_kind_is_named(number), table, index)
        if action is not None:
            actions[number] = action
    return _Kinds(actions, ("", "", *kept))


def _action(kind: str, is_named: bool, table: NameTable, index: dict[str, int]) -> int | None:  # noqa: FBT001 - as tree-sitter tells it
    if kind in index and is_named:
        return -index[kind] if kind in table.leaves else index[kind]
    if kind in table.names and is_named:
        return _NAME
    return _LEAF if kind in table.leaves or not is_named else None
