"""Ecto's schemas, named as the module they stand in; embedded ones have no table."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Entity, Import
from apps.singularity.patterns.engine.schemas.nodes import (
    captured,
    last_part,
    line_of,
    text_of,
    unique,
)

MARKS = (b'schema "', b'schema("')
_CALLS = '(call target: (identifier) @target (#any-of? @target "schema" "defmodule")) @call'
_FIELDS = {"field": 1, "belongs_to": 1, "embeds_one": 1, "embeds_many": 1, "timestamps": 2}
_RELATIONS = ("belongs_to", "has_many", "has_one", "many_to_many", "embeds_one", "embeds_many")


def read(root: Node, source: bytes, imports: Sequence[Import]) -> list[Entity]:
    """A schema for each `schema "table" do ... end` inside a module."""
    found: list[Entity] = []
    modules: list[tuple[int, str]] = []
    for call in captured(root, "elixir", _CALLS, "call"):
        arguments = _arguments(call)
        while modules and modules[-1][0] <= call.start_byte:
            modules.pop()
        if not arguments:
            continue
        if text_of(call.child_by_field_name("target"), source) == "defmodule":
            modules.append((call.end_byte, last_part(text_of(arguments[0], source))))
        elif arguments[0].type == "string":
            name = modules[-1][1] if modules else text_of(arguments[0], source).strip('"')
            found.append(_schema(call, name, source))
    return found


def _schema(call: Node, name: str, source: bytes) -> Entity:
    fields, relations = 0, []
    for statement in _block(call):
        target = text_of(statement.child_by_field_name("target"), source)
        fields += _FIELDS.get(target, 0)
        arguments = _arguments(statement)
        if target in _RELATIONS and len(arguments) > 1 and arguments[1].type != "keywords":
            other = last_part(text_of(arguments[1], source))
            relations.append(name if other == "__MODULE__" else other)
    return Entity("ecto", name, line_of(call), fields, unique(relations))


def _block(call: Node) -> list[Node]:
    blocks = [child for child in call.named_children if child.type == "do_block"]
    return [child for block in blocks for child in block.named_children if child.type == "call"]


def _arguments(call: Node) -> list[Node]:
    listed = next((child for child in call.named_children if child.type == "arguments"), None)
    return listed.named_children if listed else []
