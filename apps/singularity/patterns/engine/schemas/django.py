"""Django's models; abstract ones and proxies have no table of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Entity, Import
from apps.singularity.patterns.engine.schemas.classes import (
    Assignment,
    argument,
    classes_of,
)
from apps.singularity.patterns.engine.schemas.nodes import last_part, unique

MARKS = (b"models", b"Field(")
_RELATIONS = ("ForeignKey", "OneToOneField", "ManyToManyField", "ParentalKey", "GenericRelation")
_NO_FIELDS = ("output_field", "pk")  # an expression's type; a key made of other fields
_TABLELESS = ("abstract=True", "proxy=True")
_KINDS = ("Field", "Key", "GenericRelation")
_FOREIGN = re.compile(r"\b(?:forms|serializers|rest_framework|filters|graphene|wtforms|factory)\b")


def read(root: Node, source: bytes, imports: Sequence[Import]) -> list[Entity]:
    """Classes that derive from `Model` or from a model of this file, or that hold its fields."""
    if not any(_of_django(imported) for imported in imports):
        return []
    others = {
        name for imported in imports if _FOREIGN.search(imported.module) for name in imported.names
    }
    found: list[Entity] = []
    models = {"Model"} - others
    for one in classes_of(root, source):
        fields = [field for field in one.assignments if _is_field(field, others)]
        if not fields and models.isdisjoint(map(last_part, one.bases)):
            continue
        models.add(one.name)
        if one.meta.isdisjoint(_TABLELESS):
            relations = unique(_target(field, one.name, source) for field in fields)
            found.append(Entity("django", one.name, one.line, len(fields), relations))
    return found


def _of_django(imported: Import) -> bool:
    parts = imported.module.split(".")
    return parts[0] == "django" and ("db" in parts or "postgres" in parts or "db" in imported.names)


def _is_field(assignment: Assignment, others: set[str]) -> bool:
    owner, _, function = assignment.function.rpartition(".")
    if not function.endswith(_KINDS) or assignment.name in _NO_FIELDS:
        return False
    return function not in others and not _FOREIGN.search(owner) and owner not in others


def _target(field: Assignment, own: str, source: bytes) -> str:
    """The model that a relation leads to, without its application."""
    if field.function.rpartition(".")[2] not in _RELATIONS and not field.function.endswith("Key"):
        return ""
    to = argument(field.arguments, source, "to")
    return own if to.strip("'\"") == "self" else last_part(to)
