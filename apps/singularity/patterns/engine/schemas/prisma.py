"""Prisma's schema language, read line by line.

Reference: https://www.prisma.io/docs/orm/reference/prisma-schema-reference.
"""

from __future__ import annotations

import re

from apps.singularity.patterns.engine.facts import Entity
from apps.singularity.patterns.engine.schemas.nodes import unique

_BLOCK = re.compile(r"\s*(model|enum|type|view)\s+(\w+)\s*\{")
_FIELD = re.compile(r"\s*(\w+)\s+(\w+)(?:\(.*?\))?(\[\]|\?)?")
_SCALARS = frozenset(
    ["String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes"]
) | {"Unsupported"}


def read(source: bytes) -> list[Entity]:
    """Models; a field whose type is a model is a relation and no column."""
    lines = [line.partition("//")[0] for line in source.decode("utf-8", "replace").split("\n")]
    blocks = [_BLOCK.match(line) for line in lines]
    plain = _SCALARS | {block[2] for block in blocks if block and block[1] in ("enum", "type")}
    found = []
    for number, block in enumerate(blocks):
        if block and block[1] == "model":
            fields = _fields(lines, number + 1)
            relations = unique(kind for kind in fields if kind not in plain)
            columns = sum(kind in plain for kind in fields)
            found.append(Entity("prisma", block[2], number + 1, columns, relations))
    return found


def _fields(lines: list[str], start: int) -> list[str]:
    """The types of the fields in the block whose body begins at `start`."""
    types = []
    for line in lines[start:]:
        if line.strip().startswith("}"):
            break
        found = _FIELD.match(line)
        if found:
            types.append(found[2])
    return types
