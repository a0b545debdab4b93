"""Store code patterns with the course of their support, and the places that break their rules."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from apps.singularity.patterns.engine.mined import Finding as MinedFinding
from apps.singularity.patterns.engine.mined import MinedPattern
from apps.singularity.patterns.models import CodePattern, Finding, PatternSupport
from apps.singularity.patterns.services.merging import Merged, Now, learned_merge

_CONTENT = ("kind", "language", "template", "occurrences", "files", "confidence")
_FINDING_CONTENT = ("message",)


def code_store(
    *, patterns: Sequence[MinedPattern], findings: Sequence[MinedFinding], now: Now
) -> tuple[Merged[CodePattern], Merged[Finding]]:
    """Replace the code patterns and findings of a code base, inside the caller's transaction."""
    merged = learned_merge(
        model=CodePattern, key="signature", rows=_rows(patterns), content=_CONTENT, now=now
    )
    _note_support(merged, now)
    placed = (one for one in findings if one.signature in merged.rows)
    broken = learned_merge(
        model=Finding,
        key="fingerprint",
        rows=_findings(placed, merged.rows),
        content=_FINDING_CONTENT,
        now=now,
    )
    return merged, broken


def _rows(patterns: Sequence[MinedPattern]) -> Iterable[Mapping[str, Any]]:
    """One row a signature, ranked from 1 within its kind and language."""
    ranks: Counter[tuple[str, str]] = Counter()
    seen: set[str] = set()
    for pattern in patterns:
        if pattern.signature in seen:
            continue
        seen.add(pattern.signature)
        ranks[pattern.kind, pattern.language] += 1
        yield {
            "signature": pattern.signature,
            "kind": pattern.kind.value,
            "language": pattern.language,
            "template": pattern.template,
            "occurrences": pattern.occurrences,
            "files": pattern.files,
            "confidence": pattern.confidence,
            "score": pattern.score,
            "rank": ranks[pattern.kind, pattern.language],
            "details": dict(pattern.details),
            "examples": [asdict(place) for place in pattern.examples],
        }


def _note_support(merged: Merged[CodePattern], now: Now) -> None:
    """A point of the course wherever the support changed."""
    points = [(row, row.occurrences, row.files) for row in (*merged.created, *merged.changed)]
    points += [(row, 0, 0) for row in merged.withdrawn]
    PatternSupport.objects.bulk_create(
        [
            PatternSupport(
                pattern=row,
                revision=now.revision,
                mined_at=now.at,
                occurrences=occurrences,
                files=files,
            )
            for row, occurrences, files in points
        ],
        batch_size=500,
    )


def _findings(
    findings: Iterable[MinedFinding], patterns: Mapping[str, CodePattern]
) -> Iterable[Mapping[str, Any]]:
    """One row for each rule, path and symbol; more breaches of one symbol are numbered."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for one in findings:
        name = (one.signature, one.place.path, one.symbol)
        seen[name] += 1
        yield {
            "fingerprint": hashlib.sha256("\0".join((*name, str(seen[name]))).encode()).hexdigest(),
            "pattern": patterns[one.signature],
            "path": one.place.path,
            "symbol": one.symbol,
            "start_line": one.place.start_line,
            "end_line": one.place.end_line,
            "message": one.message,
        }
