"""Rows as what the contracts carry, and as many of them as fit into a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from typing import Any

from apps.centralcloud.aggregation.selectors.for_insights import facts_shown, keys_shown
from apps.centralcloud.insights.models import Told
from apps.shared.contracts.fitting import fitting
from apps.shared.contracts.payloads.insights import InsightFact, SharedFact

FACTS_BYTES = 250 * 1024
"""Of JSON for facts in a message, where they stand beside insights."""
FACTS_LIMIT = 200
"""Facts of each subject that all are told."""
SUBJECTS = ("pattern", "architecture", "framework", "package")
_FIELDS = (
    "key", "kind", "subject", "subject_key", "subject_kind", "name", "reason", "score",
)  # fmt: skip


def insight_facts(rows: Iterable[Told]) -> Iterator[InsightFact]:
    """Stored insights as they travel, but for what others may not see any more."""
    stored = list(rows)
    shown = keys_shown(keys=[row.subject_key for row in stored])
    return (_insight_fact(row) for row in stored if (row.subject, row.subject_key) in shown)


def _insight_fact(row: Told) -> InsightFact:
    return InsightFact.model_validate(
        {name: getattr(row, name) for name in _FIELDS}
        | {"language": row.language or None, "evidence": row.evidence}
    )


def shared_fact(row: Any) -> SharedFact:
    """A fact of aggregation as it travels."""
    return SharedFact(
        subject=row.subject,
        key=row.key,
        kind=row.kind[:60],
        language=row.language or None,
        name=row.name,
        instances=row.instances,
        eligible=row.eligible,
        codebases=row.codebases,
        occurrences=row.occurrences,
        share=row.share,
        confidence=row.confidence,
        trend=row.trend,
        first_seen_at=row.first_seen_at,
    )


def shared_facts() -> tuple[SharedFact, ...]:
    """What all are told of facts: those of most instances of each subject, as many as fit."""
    by_subject = (
        [shared_fact(row) for row in facts_shown(subject=subject)[:FACTS_LIMIT]]
        for subject in SUBJECTS
    )
    in_turn = chain.from_iterable(zip_longest(*by_subject))
    return fitting((fact for fact in in_turn if fact), FACTS_BYTES)
