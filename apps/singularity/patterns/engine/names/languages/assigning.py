"""Readers of assignments, for the many grammars that only differ in the names of fields."""

from __future__ import annotations

from tree_sitter import Node

from apps.singularity.patterns.engine.names.model import Assigned, AssignmentReader

INSTANCE = "()"
"""What is declared to be of a type is what calling that type gives."""
ELEMENT = "[]"


def assigned(target: Node | None, value: Node | None, suffix: str = "") -> Assigned | None:
    """Both must be there."""
    return Assigned(target, value, suffix) if target is not None and value is not None else None


def by_type(readers: dict[str, AssignmentReader]) -> AssignmentReader:
    """Each node type has its own reader."""
    return lambda node: readers[node.type](node)


def fields(target: str, value: str, suffix: str = "") -> AssignmentReader:
    """The target and the value are fields."""

    def read(node: Node) -> Assigned | None:
        return assigned(node.child_by_field_name(target), node.child_by_field_name(value), suffix)

    return read


def children(target: str, *values: str, suffix: str = "") -> AssignmentReader:
    """The target and the value are the first children of these types, any for the value."""

    def read(node: Node) -> Assigned | None:
        named = node.named_children
        name = next((child for child in named if child.type == target), None)
        rest = (child for child in named if (child != name and not values) or child.type in values)
        return assigned(name, next(rest, None), suffix)

    return read


def ends(target: str) -> AssignmentReader:
    """The target is a field, the value the last child."""

    def read(node: Node) -> Assigned | None:
        name = node.child_by_field_name(target)
        value = node.named_children[-1] if node.named_child_count else None
        return assigned(name, value if value != name else None)

    return read
