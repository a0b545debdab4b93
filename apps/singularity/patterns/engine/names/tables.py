"""Which description holds for which language."""

from __future__ import annotations

from apps.singularity.patterns.engine.names.model import NameTable
from apps.singularity.patterns.engine.names.python import PYTHON

_TABLES: dict[str, NameTable] = {"python": PYTHON}


def table_of(language: str) -> NameTable | None:
    """The description of a language's names, None when it has none (markup, SQL)."""
    return _TABLES.get(language)


def measured_kinds(language: str) -> frozenset[str]:
    """Node types that conventions of a language are measured on, found in the same walk."""
    return frozenset()
