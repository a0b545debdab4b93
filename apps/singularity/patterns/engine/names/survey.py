"""One walk over a tree for all that names and conventions need of it.

A walk over the children of each node costs 0.4 of the parse. A tree-sitter query costs the same
before its results are put in order, which this walk keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.names.found import Survey
from apps.singularity.patterns.engine.names.model import NameTable
from apps.singularity.patterns.engine.names.tables import table_of


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What to do at a node, by tree-sitter's number of its type.

    From `_KEPT` on the action is the number of a list that keeps the node; a negative number says
    that its children are not looked at, unless it is one of ``strings`` with a prefix.
    """

    actions: dict[int, int]
    strings: frozenset[int]
    kept: dict[str, int]


_LEAF, _NAME, _ENTER, _MEMBER, _KEPT = range(5)
_ERROR = 0xFFFF  # the type of what a parser could not make sense of
_QUOTES = frozenset(b"\"'`")


def survey(root: Node, source: bytes, *, language: str) -> Survey:
    """Walk a tree; nothing is found in a language without a table.

    Iterative, as trees may be deeper than any stack, and one function, as a call for each node
    would cost a third of parsing.
    """
    kinds = _kinds_of(language)
    found = Survey()
    if kinds is None:
        return found
    groups: list[list[Node]] = [[] for _ in range(_KEPT + len(kinds.kept))]
    keep = [group.append for group in groups]
    names, actions, strings, stack = found.names, kinds.actions, kinds.strings, [root]
    pop = stack.pop
    while stack:
        node = pop()
        action = actions[node.kind_id]
        if action == _LEAF:
            continue
        if action == _NAME:
            start = node.start_byte
            names[start] = source[start : node.end_byte]
            continue
        if action != _ENTER:
            if action == _MEMBER:
                start = node.start_byte
                names[start] = b"." + source[start : node.end_byte]
                continue
            keep[abs(action)](node)
            if action < 0 and (action not in strings or source[node.start_byte] in _QUOTES):
                continue
        if children := node.children:
            stack += children[::-1]
    found.nodes = {kind: groups[number] for kind, number in kinds.kept.items()}
    return found


@cache
def _kinds_of(language: str) -> _Kinds | None:
    table, grammar = table_of(language), grammar_of(language)
    parser_language = grammar.parser.language if grammar else None
    if table is None or parser_language is None:
        return None
    kept = {kind: number for number, kind in enumerate(sorted(table.kinds()), _KEPT)}
    actions = {_ERROR: _ENTER}
    for number in range(parser_language.node_kind_count):
        kind = parser_language.node_kind_for_id(number) or ""
        named = parser_language.node_kind_is_named(number)
        actions[number] = _action(kind, table, kept) if named else _LEAF
    strings = frozenset(-kept[kind] for kind in table.strings)
    return _Kinds(actions, strings, kept)


def _action(kind: str, table: NameTable, kept: dict[str, int]) -> int:
    if kind in kept:
        return -kept[kind] if kind in table.leaves | table.strings else kept[kind]
    if kind in table.names:
        return _NAME
    if kind in table.members:
        return _MEMBER
    return _LEAF if kind in table.leaves else _ENTER
