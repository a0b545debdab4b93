"""Store the frameworks in use and the data schemas that code declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from apps.singularity.patterns.engine.frameworks import FrameworkDetection
from apps.singularity.patterns.engine.schemas import SchemaSummary
from apps.singularity.patterns.models import DataSchema, Framework
from apps.singularity.patterns.services.merging import Merged, Now, learned_merge

EVIDENCE_KEPT = 50
_CONTENT = ("name", "category", "role", "scope", "purl", "version", "requirement", "confidence")
_SCHEMA_CONTENT = ("entities", "field_count", "relations")


def frameworks_store(
    *, detections: Sequence[FrameworkDetection], schemas: Sequence[SchemaSummary], now: Now
) -> tuple[Merged[Framework], Merged[DataSchema]]:
    """Replace frameworks and schemas of a code base, inside the caller's transaction."""
    frameworks = learned_merge(
        model=Framework, key="key", rows=_frameworks(detections), content=_CONTENT, now=now
    )
    declared = learned_merge(
        model=DataSchema, key="source", rows=_schemas(schemas), content=_SCHEMA_CONTENT, now=now
    )
    return frameworks, declared


def _frameworks(detections: Iterable[FrameworkDetection]) -> Iterable[Mapping[str, Any]]:
    for one in detections:
        yield {
            "key": one.key,
            "name": one.name,
            "category": one.category,
            "role": one.role.value,
            "scope": one.scope,
            "purl": one.purl[:500],
            "version": one.version[:200],
            "requirement": one.requirement,
            "confidence": round(one.confidence, 4),
            "evidence": [asdict(evidence) for evidence in one.evidence[:EVIDENCE_KEPT]],
        }


def _schemas(summaries: Iterable[SchemaSummary]) -> Iterable[Mapping[str, Any]]:
    for one in summaries:
        yield {
            "source": one.source,
            "entities": one.entities,
            "field_count": one.fields,
            "relations": one.relations,
            "details": {
                "largest": [asdict(entity) for entity in one.largest],
                "isolated": one.isolated,
                "unresolved": one.unresolved,
            },
        }
