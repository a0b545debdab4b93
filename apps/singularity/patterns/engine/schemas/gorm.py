"""Go's structs that GORM stores: those that embed `gorm.Model` or have its tags."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Entity, Import
from apps.singularity.patterns.engine.schemas.nodes import (
    below,
    captured,
    line_of,
    text_of,
    unique,
)

MARKS = (b"gorm.Model", b'gorm:"')
_STRUCTS = "(type_spec name: (type_identifier) type: (struct_type)) @struct"
_RELATION = re.compile(r"foreignKey|references|many2many|polymorphic", re.IGNORECASE)
_BASE_FIELDS = 4
"""`gorm.Model` has ID, CreatedAt, UpdatedAt and DeletedAt."""


def read(root: Node, source: bytes, imports: Sequence[Import]) -> list[Entity]:
    """A field whose type is a struct of this file, or whose tag says so, is a relation."""
    structs = captured(root, "go", _STRUCTS, "struct")
    names = {_name(struct, source) for struct in structs}
    found = []
    for struct in structs:
        listed = struct.child_by_field_name("type")
        fields = list(below([listed], "field_declaration")) if listed else []
        texts = [text_of(field, source) for field in fields]
        if not any("gorm.Model" in text or 'gorm:"' in text for text in texts):
            continue
        count, relations = 0, []
        for field, text in zip(fields, texts, strict=True):
            target = _type(field, source)
            if text.strip().startswith("gorm.Model"):
                count += _BASE_FIELDS
            elif target in names or (target and _RELATION.search(text)):
                relations.append(target)
            elif 'gorm:"-"' not in text:
                count += max(1, len(field.children_by_field_name("name")))
        line = line_of(struct)
        found.append(Entity("gorm", _name(struct, source), line, count, unique(relations)))
    return found


def _name(struct: Node, source: bytes) -> str:
    return text_of(struct.child_by_field_name("name"), source)


def _type(field: Node, source: bytes) -> str:
    """The type's name without package, pointers and slices."""
    kind = field.child_by_field_name("type")
    names = list(below([kind], "type_identifier")) if kind is not None else []
    return text_of(names[-1], source) if names else ""
