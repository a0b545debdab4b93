"""The tables of db/schema.rb, which Rails writes in a fixed form."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Entity, Import
from apps.singularity.patterns.engine.schemas.nodes import unique

MARKS = (b"ActiveRecord::Schema",)
_TABLE = re.compile(r"""^\s*create_table\s*\(?["':](\w+)""")
_COLUMN = re.compile(r"""^\s*t\.(\w+)\s*\(?\s*["':](\w+)""")
_FOREIGN_KEY = re.compile(r"""^\s*add_foreign_key\s*\(?["':](\w+)["']?\s*,\s*["':](\w+)""")
_REFERENCES = ("references", "belongs_to")
_NO_COLUMN = ("index", "check_constraint", "foreign_key", "unique_constraint")


def read(root: Node, source: bytes, imports: Sequence[Import]) -> list[Entity]:
    """Tables; `user_id` refers to `users` where there is such a table or a key says so."""
    tables: dict[str, tuple[int, list[str], list[str]]] = {}
    current = ""
    for number, line in enumerate(source.decode("utf-8", "replace").split("\n"), 1):
        if table := _TABLE.match(line):
            current = table[1]
            tables[current] = (number, [], [])
        elif (column := _COLUMN.match(line)) and current and column[1] not in _NO_COLUMN:
            tables[current][1].append(column[2])
            if column[1] in _REFERENCES:
                tables[current][2].append(f"{column[2]}s")
        elif (key := _FOREIGN_KEY.match(line)) and key[1] in tables:
            tables[key[1]][2].append(key[2])
    found = []
    for name, (at, columns, keys) in tables.items():
        relations = unique([*keys, *_by_name(columns, tables)])
        found.append(Entity("active-record", name, at, len(columns), relations))
    return found


def _by_name(columns: Sequence[str], tables: Collection[str]) -> list[str]:
    names = [f"{column.removesuffix('_id')}s" for column in columns if column.endswith("_id")]
    return [name for name in names if name in tables]
