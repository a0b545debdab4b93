"""Helpers on syntax trees that the readers of schemas share. None of them recurses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from tree_sitter import Language, Node, Query, QueryCursor
from tree_sitter_language_pack import get_language


@cache
def _query(language: str, pattern: str) -> Query:
    loaded: Language = get_language(language)  # type: ignore[arg-type]  # a name of the table
    return Query(loaded, pattern)


def captured(root: Node, language: str, pattern: str, name: str) -> list[Node]:
    """The nodes that a query captures as `name`, in the order of the source."""
    found = QueryCursor(_query(language, pattern)).captures(root).get(name, [])
    return sorted(found, key=lambda node: (node.start_byte, -node.end_byte))


def text_of(node: Node | None, source: bytes) -> str:
    """The text of a node, "" for none."""
    if node is None:
        return ""
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def line_of(node: Node) -> int:
    """The first line of a node, from 1."""
    return node.start_point[0] + 1


def last_part(name: str) -> str:
    """`a.b.C` -> `C`; quotes, generic arguments and the like are cut off."""
    return name.strip("'\"`?* ").rpartition(".")[2].rpartition("::")[2].rpartition("/")[2]


def below(nodes: Iterable[Node], *types: str) -> Iterator[Node]:
    """The nodes of these types below `nodes`, not looking inside those found."""
    pending = list(nodes)[::-1]
    while pending:
        node = pending.pop()
        if node.type in types:
            yield node
        else:
            pending += node.named_children[::-1]


def each(root: Node, *types: str) -> Iterator[Node]:
    """All nodes of these types in the order of the source, also those inside one another."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type in types:
            yield node
        pending += node.named_children[::-1]


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Names in their order, each once, no empty ones."""
    return tuple(dict.fromkeys(name for name in names if name))
