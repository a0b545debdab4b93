"""Which reader a file needs, if any: most files declare nothing and cost a search or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Entity, Import
from apps.singularity.patterns.engine.schemas import (
    django,
    ecto,
    gorm,
    javascript,
    jpa,
    prisma,
    rails,
    sql,
    sqlalchemy,
)

Reader = Callable[[Node, bytes, Sequence[Import]], list[Entity]]
_READERS: dict[str, tuple[tuple[tuple[bytes, ...], Reader], ...]] = {
    "python": ((django.MARKS, django.read), (sqlalchemy.MARKS, sqlalchemy.read)),
    "elixir": ((ecto.MARKS, ecto.read),),
    "java": ((jpa.MARKS, jpa.read),),
    "go": ((gorm.MARKS, gorm.read),),
    "javascript": ((javascript.MARKS, javascript.read),),
    "typescript": ((javascript.MARKS, javascript.read),),
    "tsx": ((javascript.MARKS, javascript.read),),
    "ruby": ((rails.MARKS, rails.read),),
}


def entities(
    root: Node | None, source: bytes, *, language: str, path: str, imports: Sequence[Import]
) -> tuple[Entity, ...]:
    """The entities of one file, in the order of its lines.

    ``root`` is its tree; what is read as text, Prisma's schemas and SQL, needs none.
    """
    if path.endswith(".prisma"):
        found = prisma.read(source)
    elif language == "sql":
        found = sql.read(source)
    elif root is None:
        return ()
    else:
        found = [
            entity
            for marks, reader in _READERS.get(language, ())
            if any(mark in source for mark in marks)
            for entity in reader(root, source, imports)
        ]
    return tuple(sorted(found, key=lambda entity: (entity.line, entity.name)))
