"""SQLAlchemy's declarative classes (1.x, 2.0, Flask-SQLAlchemy, SQLModel) and `Table` objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Entity, Import
from apps.singularity.patterns.engine.schemas.classes import (
    Assignment,
    Class,
    argument,
    classes_of,
)
from apps.singularity.patterns.engine.schemas.nodes import (
    captured,
    last_part,
    line_of,
    text_of,
    unique,
)

MARKS = (b"mapped_column(", b"Column(", b"Mapped[", b"SQLModel")
_PACKAGES = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")
_COLUMNS = ("Column", "mapped_column")
_FOREIGN_KEY = re.compile(r"""\b(?:ForeignKey\(|foreign_key\s*=)\s*["'](?:\w+\.)*(\w+)\.\w+["']""")
_NAME = re.compile(r"\w+")
_CONTAINERS = frozenset(
    ["Mapped", "DynamicMapped", "WriteOnlyMapped", "List", "list", "Set", "set", "Sequence"]
) | {"Collection", "Optional", "Union", "None"}
_TABLES = """(call function: [(identifier) (attribute)] @function
                   arguments: (argument_list . (string))) @call"""


def read(root: Node, source: bytes, imports: Sequence[Import]) -> list[Entity]:
    """Mapped classes with a table, then tables; Flask's `db.Column` comes without an import."""
    known = any(imported.module.partition(".")[0] in _PACKAGES for imported in imports)
    if not known and b"db.Column(" not in source:
        return []
    mapped = [one for one in classes_of(root, source) if _is_mapped(one)]
    tables = {name: one.name for one in mapped if (name := _table(one, source))}
    found = [_entity(one, tables, source) for one in mapped]
    return [*found, *_tables(root, source)] if b"Table(" in source else found


def _is_mapped(one: Class) -> bool:
    names = {assignment.name for assignment in one.assignments}
    if "__abstract__" in names:
        return False
    if "__tablename__" in names or "__table__" in names or "table=True" in one.keywords:
        return True
    return any(base.endswith("db.Model") for base in one.bases)


def _table(one: Class, source: bytes) -> str:
    said = [each.node for each in one.assignments if each.name == "__tablename__"]
    value = said[0].child_by_field_name("right") if said else None
    return text_of(value, source).strip("'\"")


def _entity(one: Class, tables: Mapping[str, str], source: bytes) -> Entity:
    """``tables`` gives the class of a table in this file; others keep the table's name."""
    inline = "table=True" in one.keywords  # SQLModel: every annotated name is a column
    relationships = [each for each in one.assignments if _is_relationship(each)]
    columns = [
        each
        for each in one.assignments
        if each not in relationships and _is_column(each, inline=inline)
    ]
    targets = [_target(each, source) for each in relationships]
    texts = [text_of(each.node, source) for each in columns]
    keys = [tables.get(table, table) for text in texts for table in _FOREIGN_KEY.findall(text)]
    return Entity("sqlalchemy", one.name, one.line, len(columns), unique([*targets, *keys]))


def _is_relationship(one: Assignment) -> bool:
    return one.function.rpartition(".")[2].lower() == "relationship"


def _is_column(one: Assignment, *, inline: bool) -> bool:
    if one.function.rpartition(".")[2] in _COLUMNS or one.annotation.startswith("Mapped["):
        return True
    return inline and bool(one.annotation) and "ClassVar" not in one.annotation


def _target(one: Assignment, source: bytes) -> str:
    """The class that a relationship leads to: its argument, else the innermost annotation."""
    written = argument(one.arguments, source, "argument")
    if written.startswith("lambda"):
        written = written.partition(":")[2]
    if written:
        return last_part(written)
    names = [name for name in _NAME.findall(one.annotation) if name not in _CONTAINERS]
    return names[-1] if names else ""


def _tables(root: Node, source: bytes) -> Iterator[Entity]:
    for call in captured(root, "python", _TABLES, "call"):
        function = text_of(call.child_by_field_name("function"), source)
        arguments = call.child_by_field_name("arguments")
        if function.rpartition(".")[2] != "Table" or arguments is None:
            continue
        parts = arguments.named_children
        columns = [part for part in parts if _is_column_call(part, source)]
        if columns:
            text = text_of(arguments, source)
            name = text_of(parts[0], source).strip("'\"")
            keys = unique(_FOREIGN_KEY.findall(text))
            yield Entity("sqlalchemy", name, line_of(call), len(columns), keys)


def _is_column_call(node: Node, source: bytes) -> bool:
    function = text_of(node.child_by_field_name("function"), source) if node.type == "call" else ""
    return function.rpartition(".")[2] == "Column"
