"""Store how a code base is built: patterns, module graph, and what changed in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from apps.singularity.patterns.engine import architecture
from apps.singularity.patterns.engine.architecture import Change, Detection, GraphSummary
from apps.singularity.patterns.models import ArchitectureChange, ArchitecturePattern, ModuleGraph
from apps.singularity.patterns.services.merging import Merged, Now, learned_merge

_CONTENT = ("name", "signature", "confidence")


@dataclass(frozen=True, slots=True)
class StoredArchitecture:
    """The merged patterns, and what differs from the last mining."""

    patterns: Merged[ArchitecturePattern]
    changes: tuple[Change, ...]


def architecture_store(
    *, graph: architecture.ModuleGraph, detections: Sequence[Detection], now: Now
) -> StoredArchitecture:
    """Replace the architecture of a code base, inside the caller's transaction."""
    patterns = learned_merge(
        model=ArchitecturePattern, key="key", rows=_rows(detections), content=_CONTENT, now=now
    )
    confidence = {one.key: one.confidence for one in detections}
    changes = _changes(graph, confidence, now)
    ArchitectureChange.objects.bulk_create(
        ArchitectureChange(
            instance=now.codebase.instance,
            codebase=now.codebase,
            revision=now.revision,
            found_at=now.at,
            kind=change.kind.value,
            message=change.text,
            details={"subjects": change.subjects, "path": change.path, "line": change.line},
        )
        for change in changes
    )
    ModuleGraph.objects.update_or_create(
        codebase=now.codebase,
        defaults={
            "instance": now.codebase.instance,
            "revision": now.revision,
            "mined_at": now.at,
            "graph": _without_imports(graph),
            "summary": asdict(architecture.summary_of(graph, confidence)),
            "drawing": architecture.drawing_of(graph),
        },
    )
    return StoredArchitecture(patterns, changes)


def _changes(
    graph: architecture.ModuleGraph, confidence: Mapping[str, float], now: Now
) -> tuple[Change, ...]:
    """Drift since the last mining; none at the first."""
    last = ModuleGraph.objects.filter(codebase=now.codebase).first()
    if last is None:
        return ()
    return architecture.drift(msgspec.convert(last.summary, GraphSummary), graph, confidence)


def _without_imports(graph: architecture.ModuleGraph) -> dict[str, Any]:
    """The graph as JSON; which module imports which stands in the summary, more briefly."""
    fields = asdict(graph)
    del fields["dependencies"]
    return fields


def _rows(detections: Iterable[Detection]) -> Iterable[Mapping[str, Any]]:
    for one in detections:
        yield {
            "key": one.key,
            "name": one.name,
            "description": one.description,
            "signature": one.signature,
            "confidence": round(one.confidence, 4),
            "met": [asdict(hit) for hit in one.met],
            "missed": [asdict(miss) for miss in one.missed],
            "against": [asdict(hit) for hit in one.against],
        }
