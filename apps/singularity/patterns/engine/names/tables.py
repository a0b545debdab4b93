"""Which description holds for which language."""

from __future__ import annotations

from apps.singularity.patterns.engine.names.golang import GO
from apps.singularity.patterns.engine.names.java import JAVA
from apps.singularity.patterns.engine.names.javascript import JAVASCRIPT, TYPESCRIPT
from apps.singularity.patterns.engine.names.model import NameTable
from apps.singularity.patterns.engine.names.python import PYTHON
from apps.singularity.patterns.engine.names.rust import RUST

_TABLES: dict[str, NameTable] = {
    "go": GO,
    "java": JAVA,
    "javascript": JAVASCRIPT,
    "python": PYTHON,
    "rust": RUST,
    "tsx": TYPESCRIPT,
    "typescript": TYPESCRIPT,
}


def table_of(language: str) -> NameTable | None:
    """The description of a language's names, None when it has none (markup, SQL)."""
    return _TABLES.get(language)
