"""Builders for the namers and body finders that language tables are made of."""

import re
from operator import methodcaller

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages.model import BodyFinder, Namer

_GENERICS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]")
_NAME_LIMIT = 200  # characters: a broken file may call a page of text a name


def text_of(node: Node | None, source: bytes) -> str:
    """The source of a node on one line, cut at a bounded length; "" for None."""
    if node is None:
        return ""
    name = source[node.start_byte : node.end_byte].decode("utf-8", "ignore")
    return name if name.isidentifier() else " ".join(name[:_NAME_LIMIT].split())


def without_generics(name: str) -> str:
    """`Stack<T>` and `Set[T]` without their parameters, nested ones included."""
    while (plain := _GENERICS.sub("", name)) != name:
        name = plain
    return name.strip()


def dotted(name: str) -> str:
    """The one notation of symbols: dots, whatever the language writes."""
    return name.replace("::", ".").replace(":", ".").replace("\\", ".").replace("->", ".")


def field(*path: str) -> Namer:
    """Name by following fields, the first when several steps are given from the node inwards."""
    if len(path) == 1:
        step = path[0]
        return lambda node, source: text_of(node.child_by_field_name(step), source)
    return lambda node, source: text_of(descend(node, path), source)


def plain_field(*path: str) -> Namer:
    """As `field`, in dots and without type parameters."""

    def name(node: Node, source: bytes) -> str:
        return without_generics(dotted(text_of(descend(node, path), source)))

    return name


def first(*types: str) -> Namer:
    """Name by the first child of one of these types."""

    def name(node: Node, source: bytes) -> str:
        return without_generics(dotted(text_of(child_of(node, types), source)))

    return name


def constant(symbol: str) -> Namer:
    """The same name for every node of the type, as `init` in Swift."""

    def name(_node: Node, _source: bytes) -> str:
        return symbol

    return name


def body_field(*path: str) -> BodyFinder:
    """Body by following fields."""
    if len(path) == 1:
        return methodcaller("child_by_field_name", *path)
    return lambda node: descend(node, path)


def body_child(*types: str) -> BodyFinder:
    """Body as the first child of one of these types."""
    return lambda node: child_of(node, types)


def no_body(node: Node) -> None:
    """For definitions whose whole text is the header."""


def descend(node: Node | None, path: tuple[str, ...]) -> Node | None:
    """Follow field names inwards; None as soon as one is absent."""
    for step in path:
        if node is None:
            return None
        node = node.child_by_field_name(step)
    return node


def child_of(node: Node, types: tuple[str, ...]) -> Node | None:
    """The first named child of one of the types."""
    return next((child for child in node.named_children if child.type in types), None)
