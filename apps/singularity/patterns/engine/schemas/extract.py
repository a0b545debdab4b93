"""Which reader a file needs, if any: most files declare nothing and cost a search or two."""

from __future__ import annotations

import re
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
_GATES: dict[str, tuple[tuple[re.Pattern[bytes], Reader], ...]] = {
    "python": ((django.GATE, django.read), (sqlalchemy.GATE, sqlalchemy.read)),
    "elixir": ((ecto.GATE, ecto.read),),
    "java": ((jpa.GATE, jpa.read),),
    "go": ((gorm.GATE, gorm.read),),
    "javascript": ((javascript.GATE, javascript.read),),
    "typescript": ((javascript.GATE, javascript.read),),
    "tsx": ((javascript.GATE, javascript.read),),
    "ruby": ((rails.GATE, rails.read),),
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
        readers = [reader for gate, reader in _GATES.get(language, ()) if gate.search(source)]
        found = [entity for reader in readers for entity in reader(root, source, imports)]
    return tuple(sorted(found, key=lambda entity: (entity.line, entity.name)))
