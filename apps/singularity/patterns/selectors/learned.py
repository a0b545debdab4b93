"""All that holds of a code base, as a command prints it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.singularity.patterns.engine.mined import PatternKind
from apps.singularity.patterns.models import (
    ArchitectureChange,
    ArchitecturePattern,
    CodePattern,
    DataSchema,
    Finding,
    Framework,
    ModuleGraph,
)

CHANGES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Learned:
    """What holds of one code base now, each part best first; rules apart from other patterns."""

    codebase: str
    patterns: list[CodePattern]
    rules: list[CodePattern]
    findings: list[Finding]
    architecture: list[ArchitecturePattern]
    graph: dict[str, Any]
    changes: list[ArchitectureChange]
    frameworks: list[Framework]
    schemas: list[DataSchema]

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        """The parts as plain objects, each of which names the code base."""
        parts: dict[str, list[dict[str, Any]]] = {
            "code_patterns": [pattern_json(row) for row in self.patterns],
            "rules": [pattern_json(row) for row in self.rules],
            "findings": [finding_json(row) for row in self.findings],
            "architecture": [_fields(row, _ARCHITECTURE) for row in self.architecture],
            "frameworks": [_fields(row, _FRAMEWORK) for row in self.frameworks],
            "schemas": [_fields(row, _SCHEMA) for row in self.schemas],
        }
        return {
            name: [{"codebase": self.codebase, **row} for row in rows]
            for name, rows in parts.items()
        }


_PATTERN = (
    "signature", "kind", "language", "template", "occurrences", "files", "confidence", "score",
    "rank", "details", "examples", "revision",
)  # fmt: skip
_FINDING = ("path", "start_line", "end_line", "symbol", "message")
_ARCHITECTURE = ("key", "name", "confidence", "met", "missed", "against", "revision")
_FRAMEWORK = (
    "key", "name", "category", "role", "scope", "purl", "version", "requirement", "confidence",
    "evidence", "revision",
)  # fmt: skip
_SCHEMA = ("source", "entities", "field_count", "relations", "details")


def learned_of(*, codebase: Any) -> Learned:
    """What holds of a code base as last mined, in eight queries."""
    patterns = CodePattern.objects.filter(codebase=codebase, withdrawn_at=None)
    ranked = list(patterns.order_by("kind", "language", "rank"))
    findings = Finding.objects.filter(codebase=codebase, withdrawn_at=None)
    graph = ModuleGraph.objects.filter(codebase=codebase).first()
    return Learned(
        codebase=codebase.name,
        patterns=[row for row in ranked if row.kind != PatternKind.RULE],
        rules=[row for row in ranked if row.kind == PatternKind.RULE],
        findings=list(findings.select_related("pattern")),
        architecture=list(ArchitecturePattern.objects.filter(codebase=codebase, withdrawn_at=None)),
        graph=graph.graph if graph else {},
        changes=list(ArchitectureChange.objects.filter(codebase=codebase)[:CHANGES_SHOWN]),
        frameworks=list(Framework.objects.filter(codebase=codebase, withdrawn_at=None)),
        schemas=list(DataSchema.objects.filter(codebase=codebase, withdrawn_at=None)),
    )


def pattern_json(row: CodePattern) -> dict[str, Any]:
    """A code pattern as a plain object."""
    return _fields(row, _PATTERN) | {
        "first_seen_at": row.first_seen_at.isoformat(),
        "last_seen_at": row.last_seen_at.isoformat(),
    }


def finding_json(row: Finding) -> dict[str, Any]:
    """A finding as a plain object, with the signature of its rule."""
    return {"rule": row.pattern.signature, **_fields(row, _FINDING)}


def _fields(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
