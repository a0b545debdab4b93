"""Code bases that were read and mined, and what is stored of a mining, in a form that compares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apps.singularity.ingestion.services import codebase_ingest, codebase_open
from apps.singularity.patterns.models import (
    ArchitecturePattern,
    CodePattern,
    DataSchema,
    Finding,
    Framework,
    ModuleGraph,
)
from apps.singularity.patterns.services import MiningReport, codebase_mine

_LEFT_OUT = {
    "id", "instance", "codebase", "revision", "first_seen_at", "last_seen_at", "withdrawn_at",
    "pattern", "mined_at",
}  # fmt: skip
_STATES: tuple[Any, ...] = (
    CodePattern, Finding, ArchitecturePattern, ModuleGraph, Framework, DataSchema
)  # fmt: skip


def read_and_mine(root: Path, *, name: str = "", full: bool = False) -> tuple[Any, MiningReport]:
    """Ingest and mine a folder in this process."""
    codebase = codebase_open(instance="alpha", path=root, name=name)
    codebase_ingest(codebase=codebase, workers=0)
    codebase.refresh_from_db()
    return codebase, codebase_mine(codebase=codebase, workers=0, full=full)


def learned(codebase: Any) -> dict[str, list[dict[str, Any]]]:
    """All that holds of a code base but ids, times and revisions."""
    return {model.__name__: _rows(model, codebase) for model in _STATES}


def _rows(model: Any, codebase: Any) -> list[dict[str, Any]]:
    rows = model.objects.filter(codebase=codebase)
    if model is not ModuleGraph:
        rows = rows.filter(withdrawn_at=None)
    fields = [one.name for one in model._meta.concrete_fields if one.name not in _LEFT_OUT]
    return sorted(rows.values(*fields), key=repr)


REPEATED = '''"""Module {n}."""

import json
import logging
import sqlite3

logger = logging.getLogger(__name__)


def load_{n}(path_{n}):
    """Read settings."""
    try:
        with open(path_{n}, encoding="utf-8") as stream_{n}:
            return json.load(stream_{n})
    except OSError as error:
        logger.warning("cannot read %s", path_{n})
        raise RuntimeError("no settings {n}") from error


def store_{n}(name, rows):
    """Write rows."""
    connection_{n} = sqlite3.connect(name)
    cursor_{n} = connection_{n}.cursor()
    cursor_{n}.executemany("INSERT INTO t{n} VALUES (?)", rows)
    connection_{n}.commit()
    connection_{n}.close()
'''
"""A module that repeats two ways of doing things under names of its own."""


def repeated(count: int) -> dict[str, str]:
    """Modules of one package that share idioms, and a manifest."""
    files = {f"app/module_{n}.py": REPEATED.format(n=n) for n in range(count)}
    return files | {"app/__init__.py": "\n", "requirements.txt": "requests==2.31.0\nDjango>=5\n"}
