"""What Centralcloud tells an instance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.conf import settings

from apps.shared.contracts.payloads.insights import (
    Evidence,
    InsightFact,
    InsightsAggregated,
    ModelReady,
    SharedFact,
)
from apps.shared.contracts.payloads.statistics import GlobalStatistics
from apps.shared.contracts.payloads.training import RoundOffer

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
_NUMBERS = count(1)


def insight(key: str = "", **fields: Any) -> InsightFact:
    """A recommended idiom."""
    number = next(_NUMBERS)
    evidence: dict[str, Any] = {"having": 7, "of": 8, "share": 0.875, "confidence": 0.529}
    evidence |= {"among": "instances that use Django"} | fields.pop("evidence", {})
    return InsightFact(
        **{
            "key": key or f"adopt-{number:020}",
            "kind": "adopt",
            "subject": "pattern",
            "subject_key": f"idiom-1-{number:032x}",
            "subject_kind": "idiom",
            "language": "python",
            "name": "with transaction.atomic():\n    $$$BODY",
            "reason": (
                "7 of the 8 instances that use Django have this idiom; this instance does not."
            ),
            "score": 1.5,
            "evidence": Evidence(**evidence),
            **fields,
        }
    )


def shared(key: str, **fields: Any) -> SharedFact:
    """A package that most instances have."""
    return SharedFact(
        **{
            "subject": "package",
            "key": key,
            "kind": "pypi",
            "name": key,
            "instances": 7,
            "eligible": 8,
            "codebases": 9,
            "occurrences": 9,
            "share": 0.875,
            "confidence": 0.529,
            **fields,
        }
    )


def own(revision: int, *insights: InsightFact, **fields: Any) -> InsightsAggregated:
    """What this instance alone is told."""
    return InsightsAggregated(
        audience=settings.INSTANCE_ID,
        revision=revision,
        generated_at=AT,
        insights=insights,
        **fields,
    )


def fleet(revision: int, *insights: InsightFact, **fields: Any) -> InsightsAggregated:
    """What all are told."""
    return InsightsAggregated(revision=revision, generated_at=AT, insights=insights, **fields)


def statistics(revision: int, **fields: Any) -> GlobalStatistics:
    """What the fleet holds."""
    return GlobalStatistics(
        **{
            "revision": revision,
            "generated_at": AT,
            "instances": {"online": 7, "stale": 1},
            "codebases": 9,
            "files": 12_345,
            "chunks": 99_999,
            **fields,
        }
    )


def ready(version: str, revision: int = 1, **fields: Any) -> ModelReady:
    """An aggregate of the family of T5 models, of which there is only the message."""
    return ModelReady(
        **{
            "kind": "t5",
            "version": version,
            "family": "t5-all-0123456789ab",
            "scope": "all",
            "state": "candidate",
            "artifact": f"sha256:{'0' * 64}",
            "size": 1_000,
            "contributors": 3,
            "revision": revision,
            "ready_at": AT,
            **fields,
        }
    )


def round_offer(base: str | None, **fields: Any) -> RoundOffer:
    """A round that is open for an hour yet."""
    return RoundOffer(
        **{
            "id": uuid4(),
            "number": 2,
            "asks": "difference",
            "base": base,
            "quorum": 2,
            "closes_at": datetime.now(UTC) + timedelta(hours=1),
            **fields,
        }
    )
