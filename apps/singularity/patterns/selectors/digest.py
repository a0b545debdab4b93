"""What a dashboard shows of all that was learned: the first of everything, in one query."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

SHOWN = 5
CANDIDATES = 4 * SHOWN
FRAMEWORKS_SHOWN = 80

Row = dict[str, Any]

_FIRST = """
    SELECT p.id, p.signature, p.language, p.kind, p.template, p.occurrences, p.files, p.confidence,
           c.name AS codebase, {more}
    FROM patterns_codepattern p JOIN ingestion_codebase c ON c.id = p.codebase_id
    WHERE p.instance = %(instance)s AND p.withdrawn_at IS NULL AND p.kind = '{kind}'
    ORDER BY p.score DESC, p.rank, p.id LIMIT %(candidates)s"""
_BREAKS = """
    (SELECT count(*) FROM patterns_finding f
     WHERE f.pattern_id = p.id AND f.withdrawn_at IS NULL) AS breaks"""
_SECTIONS = {
    "idioms": _FIRST.format(kind="idiom", more="0 AS breaks"),
    "rules": _FIRST.format(kind="rule", more=_BREAKS),
    "architecture": """
        SELECT p.key, p.name, p.confidence, p.codebase_id, c.name AS codebase
        FROM patterns_architecturepattern p JOIN ingestion_codebase c ON c.id = p.codebase_id
        WHERE p.instance = %(instance)s AND p.withdrawn_at IS NULL
        ORDER BY p.confidence DESC, p.key, p.id LIMIT %(shown)s""",
    "frameworks": """
        SELECT key, name, category, codebase_id FROM patterns_framework
        WHERE instance = %(instance)s AND withdrawn_at IS NULL
        ORDER BY confidence DESC, name, id LIMIT %(frameworks)s""",
    "findings": """
        SELECT id, message, path, start_line, first_seen_at AS at FROM patterns_finding
        WHERE instance = %(instance)s AND withdrawn_at IS NULL
        ORDER BY first_seen_at DESC, id LIMIT %(shown)s""",
    "changes": """
        SELECT id, message, kind, codebase_id, found_at AS at FROM patterns_architecturechange
        WHERE instance = %(instance)s ORDER BY found_at DESC, id LIMIT %(shown)s""",
}
_QUERY = "SELECT " + ", ".join(
    f"(SELECT json_agg(row_to_json(t)) FROM ({section}) t)" for section in _SECTIONS.values()
)


@dataclass(frozen=True, slots=True)
class Digest:
    """Rows as their columns; ``frameworks`` are by category, each name once.

    ``idioms`` and ``rules`` are those of the highest score, ``breaks`` the number of places that
    break a rule; ``findings`` and ``changes`` are the newest, from the time ``at`` on.
    """

    idioms: list[Row] = field(default_factory=list)
    rules: list[Row] = field(default_factory=list)
    architecture: list[Row] = field(default_factory=list)
    frameworks: list[tuple[str, list[Row]]] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.idioms or self.rules or self.architecture or self.frameworks)


def learned_digest() -> Digest:
    """The digest of this instance."""
    values: dict[str, str | int] = {
        "instance": settings.INSTANCE_ID,
        "shown": SHOWN,
        "candidates": CANDIDATES,
        "frameworks": FRAMEWORKS_SHOWN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, values)
        sections = dict(zip(_SECTIONS, map(_rows, cursor.fetchone()), strict=True))
    return Digest(
        idioms=_distinct(sections["idioms"]),
        rules=_distinct(sections["rules"]),
        architecture=sections["architecture"],
        frameworks=_by_category(sections["frameworks"]),
        findings=sections["findings"],
        changes=sections["changes"],
    )


def _rows(found: Any) -> list[Row]:
    """An aggregate's rows; Django's cursors give JSON as text."""
    rows: list[Row] = (json.loads(found) if isinstance(found, str) else found) or []
    for row in rows:
        if "at" in row:
            row["at"] = datetime.fromisoformat(row["at"])
    return rows


def _distinct(rows: list[Row]) -> list[Row]:
    """The first rows, a pattern that several code bases have once."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["signature"], row)
    return list(first.values())[:SHOWN]


def _by_category(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """The categories by name; within each the surest first."""
    categories: dict[str, dict[str, Row]] = {}
    for row in rows:
        categories.setdefault(row["category"], {}).setdefault(row["name"], row)
    return [(name, list(found.values())) for name, found in sorted(categories.items())]
