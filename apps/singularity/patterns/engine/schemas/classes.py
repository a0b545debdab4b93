"""Python's classes and what is assigned in them: models of Django and SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from apps.singularity.patterns.engine.schemas.nodes import line_of, text_of

_AROUND = frozenset(
    ["decorated_definition", "if_statement", "else_clause", "try_statement", "block"]
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name: annotation = function(...)`."""

    name: str
    annotation: str
    function: str
    arguments: Node | None
    node: Node


@dataclass(frozen=True, slots=True)
class Class:
    """A class with its bases, the keywords beside them, and the assignments of its body.

    ``meta`` are those of a class `Meta` in it, as `abstract = True` without blanks.
    """

    name: str
    line: int
    bases: tuple[str, ...]
    keywords: tuple[str, ...]
    assignments: tuple[Assignment, ...]
    meta: frozenset[str]


def classes_of(root: Node, source: bytes) -> list[Class]:
    """The classes with bases that the module itself defines; one in a function is never stored."""
    found = []
    pending = root.named_children[::-1]
    while pending:
        node = pending.pop()
        if node.type in _AROUND:
            pending += node.named_children[::-1]
        listed = node.child_by_field_name("superclasses")
        if node.type != "class_definition" or listed is None:
            continue
        parts = listed.named_children
        body = node.child_by_field_name("body")
        found.append(
            Class(
                name=text_of(node.child_by_field_name("name"), source),
                line=line_of(node),
                bases=tuple(
                    text_of(part, source) for part in parts if part.type != "keyword_argument"
                ),
                keywords=tuple(
                    _compact(part, source) for part in parts if part.type == "keyword_argument"
                ),
                assignments=tuple(_assignments(body, source)),
                meta=_meta(body, source),
            )
        )
    return found


def _assignments(body: Node | None, source: bytes) -> list[Assignment]:
    found = []
    for statement in body.named_children if body else []:
        node = statement
        if node.type == "expression_statement" and node.named_children:
            node = node.named_children[0]
        if node.type != "assignment":
            continue
        right = node.child_by_field_name("right")
        call = right if right is not None and right.type == "call" else None
        found.append(
            Assignment(
                name=text_of(node.child_by_field_name("left"), source),
                annotation=text_of(node.child_by_field_name("type"), source),
                function=text_of(call.child_by_field_name("function"), source) if call else "",
                arguments=call.child_by_field_name("arguments") if call else None,
                node=node,
            )
        )
    return found


def _meta(body: Node | None, source: bytes) -> frozenset[str]:
    for statement in body.named_children if body else []:
        named = statement.type == "class_definition"
        if named and text_of(statement.child_by_field_name("name"), source) == "Meta":
            inner = statement.child_by_field_name("body")
            return frozenset(_compact(one.node, source) for one in _assignments(inner, source))
    return frozenset()


def _compact(node: Node, source: bytes) -> str:
    return text_of(node, source).replace(" ", "")


def argument(arguments: Node | None, source: bytes, keyword: str) -> str:
    """The first argument as written, or the one that is given by `keyword`."""
    for node in arguments.named_children if arguments else []:
        if node.type == "comment":
            continue
        if node.type != "keyword_argument":
            return text_of(node, source)
        if text_of(node.child_by_field_name("name"), source) == keyword:
            return text_of(node.child_by_field_name("value"), source)
    return ""
