"""Java's persistent entities (Jakarta Persistence): classes with @Entity."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Entity, Import
from apps.singularity.patterns.engine.schemas.nodes import (
    below,
    captured,
    last_part,
    line_of,
    text_of,
    unique,
)

MARKS = (b"@Entity",)
_RELATIONS = frozenset(["OneToOne", "OneToMany", "ManyToOne", "ManyToMany", "ElementCollection"])


def read(root: Node, source: bytes, imports: Sequence[Import]) -> list[Entity]:
    """A field is a column unless it is static, transient or the other side of a relation."""
    found = []
    for node in captured(root, "java", "(class_declaration) @class", "class"):
        if "Entity" not in _annotations(node, source):
            continue
        body = node.child_by_field_name("body")
        fields, relations = 0, []
        for field in body.named_children if body else []:
            if field.type != "field_declaration" or _unstored(field, source):
                continue
            if _RELATIONS.isdisjoint(_annotations(field, source)):
                fields += 1
            else:
                target, is_column = _relation(field, source)
                relations.append(target)
                fields += is_column
        name = text_of(node.child_by_field_name("name"), source)
        found.append(Entity("jpa", name, line_of(node), fields, unique(relations)))
    return found


def _modifiers(node: Node) -> list[Node]:
    return [child for child in node.children if child.type == "modifiers"]


def _annotations(node: Node, source: bytes) -> set[str]:
    found = below(_modifiers(node), "annotation", "marker_annotation")
    return {last_part(text_of(one.child_by_field_name("name"), source)) for one in found}


def _unstored(field: Node, source: bytes) -> bool:
    words = {child.type for modifiers in _modifiers(field) for child in modifiers.children}
    return bool(words & {"static", "transient"}) or "Transient" in _annotations(field, source)


def _relation(field: Node, source: bytes) -> tuple[str, bool]:
    """The class at the other end, and whether this side has the column."""
    kind = field.child_by_field_name("type")
    names = [] if kind is None else list(below([kind], "type_identifier"))
    to_one = not _annotations(field, source).isdisjoint({"OneToOne", "ManyToOne"})
    owns = "mappedBy" not in "".join(text_of(one, source) for one in _modifiers(field))
    return text_of(names[-1], source) if names else "", to_one and owns
