"""Which children of a node a description means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tree_sitter import Node

Picker: TypeAlias = Callable[[Node], Sequence[Node]]


def head(node: Node) -> Sequence[Node]:
    """The first child, when it is a name: told by its place alone, as this is asked most."""
    return node.children[:1]


def first(node: Node) -> Sequence[Node]:
    """The first child."""
    return node.children[:1]


def last(node: Node) -> Sequence[Node]:
    """The last child."""
    return node.children[-1:]


def each(node: Node) -> Sequence[Node]:
    """All children: only the identifiers among them count."""
    return node.children


def field(*names: str) -> Picker:
    """The children of these fields."""
    if len(names) == 1:
        name = names[0]
        return lambda node: node.children_by_field_name(name)
    return lambda node: [child for name in names for child in node.children_by_field_name(name)]


def inside(name: str) -> Picker:
    """The children of the first child of a field."""

    def pick(node: Node) -> Sequence[Node]:
        holder = node.child_by_field_name(name)
        return holder.children if holder is not None else ()

    return pick


def before(word: str) -> Picker:
    """The first child, when this token stands behind it: the left side of ``=``."""

    def pick(node: Node) -> Sequence[Node]:
        children = node.children
        return children[:1] if len(children) > 1 and children[1].type == word else ()

    return pick


def of_type(*types: str) -> Picker:
    """The children of these types."""
    return lambda node: [child for child in node.children if child.type in types]


def first_of(*types: str) -> Picker:
    """The first child of these types."""
    return lambda node: [child for child in node.children if child.type in types][:1]


def count_in(*path: str, kind: str = "") -> Callable[[Node], int]:
    """The number of named children of what these fields or types of children lead to.

    ``kind`` counts only those of one type.
    """

    def count(node: Node) -> int:
        for step in path:
            named = (child for child in node.named_children if child.type == step)
            inner = node.child_by_field_name(step) or next(named, None)
            if inner is None:
                return 0
            node = inner
        if kind:
            return sum(child.type == kind for child in node.named_children)
        return node.named_child_count

    return count
