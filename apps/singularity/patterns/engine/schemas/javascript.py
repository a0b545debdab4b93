"""Entities of JavaScript's mappers: TypeORM and MikroORM, Mongoose, Sequelize, Drizzle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Entity, Import
from apps.singularity.patterns.engine.schemas.nodes import (
    each,
    last_part,
    line_of,
    text_of,
    unique,
)

MARKS = (b"@Entity(", b"Schema(", b".define(", b"Table(")
_DECORATED = re.compile(r"@(\w+)\s*\(\s*(?:\(?\w*\)?\s*=>\s*(\w+)|[\"'](\w+)[\"'])?")
_RELATIONS = ("OneToOne", "OneToMany", "ManyToOne", "ManyToMany")
_FIELDS = ("pair", "shorthand_property_identifier")
_NAMES = ("identifier", "member_expression")
_SOURCES = {"mongoose": "mongoose", "sequelize": "sequelize", "drizzle-orm": "drizzle"}
_TABLE = re.compile(r"(?:pg|mysql|sqlite)Table")
_REFERENCE = re.compile(
    r"""\bref:\s*["'](\w+)["']|\breferences\(\s*\(\)\s*(?::[^=]*)?=>\s*(\w+)\."""
    r"""|\breferences:\s*\{\s*model:\s*["']?(\w+)"""
)
_MODEL = re.compile(r"\bmodel\s*(?:<[^>(]*>)?\(\s*[\"'](\w+)[\"']\s*,\s*(\w+)")


def read(root: Node, source: bytes, imports: Sequence[Import]) -> list[Entity]:
    """Decorated classes, and calls that define a table or a collection from an object."""
    packages = {imported.module.partition("/")[0] for imported in imports}
    found = list(_classes(root, source)) if b"@Entity(" in source else []
    for package, mapper in _SOURCES.items():
        if package in packages:
            found += _definitions(root, source, mapper)
    return found


def _classes(root: Node, source: bytes) -> Iterator[Entity]:
    for node in each(root, "class_declaration", "abstract_class_declaration"):
        decorators = node.children_by_field_name("decorator")
        if node.parent is not None and node.parent.type == "export_statement":
            decorators = [*decorators, *node.parent.children_by_field_name("decorator")]
        if any(text_of(one, source).startswith("@Entity") for one in decorators):
            fields, relations = _members(node.child_by_field_name("body"), source)
            name = text_of(node.child_by_field_name("name"), source)
            yield Entity("typeorm", name, line_of(node), fields, unique(relations))


def _members(body: Node | None, source: bytes) -> tuple[int, list[str]]:
    fields, relations = 0, []
    for member in body.named_children if body else []:
        for decorator in member.children_by_field_name("decorator"):
            said = _DECORATED.match(text_of(decorator, source))
            if said and said[1] in _RELATIONS:
                relations.append(said[2] or said[3] or "")
            elif said and (said[1].endswith(("Column", "Property", "PrimaryKey"))):
                fields += 1
    return fields, relations


def _definitions(root: Node, source: bytes, mapper: str) -> Iterator[Entity]:
    models: dict[str, str] = {}
    if mapper == "mongoose":
        text = source.decode("utf-8", "replace")
        models = {variable: name for name, variable in _MODEL.findall(text)}
    for call in each(root, "call_expression", "new_expression"):
        target = call.child_by_field_name("function") or call.child_by_field_name("constructor")
        listed = call.child_by_field_name("arguments")
        if target is None or listed is None or target.type not in _NAMES:
            continue
        name = _defined(call, last_part(text_of(target, source)), mapper, source)
        columns = next((one for one in listed.named_children if one.type == "object"), None)
        if name and columns is not None:
            fields = sum(child.type in _FIELDS for child in columns.named_children)
            found = _REFERENCE.findall(text_of(columns, source))
            relations = unique("".join(groups) for groups in found)
            known = models.get(name, name.removesuffix("Schema") or name)
            yield Entity(mapper, known, line_of(call), fields, relations)


def _defined(call: Node, function: str, mapper: str, source: bytes) -> str:
    """The name of what the call defines, "" if it defines nothing: for Mongoose a variable's."""
    if mapper == "mongoose":
        return _variable(call, source) if function == "Schema" else ""
    if mapper == "sequelize" and function != "define":
        return ""
    if mapper == "drizzle" and not _TABLE.fullmatch(function):
        return ""
    listed = call.child_by_field_name("arguments")
    first = listed.named_children[0] if listed and listed.named_children else None
    return text_of(first, source).strip("'\"`") if first and first.type == "string" else ""


def _variable(call: Node, source: bytes) -> str:
    """The variable that a call's result is given to."""
    parent = call.parent
    named = parent is not None and parent.type == "variable_declarator"
    return text_of(parent.child_by_field_name("name"), source) if parent and named else ""
