"""The message that announces a model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from apps.shared.contracts.payloads import TrainingCompleted
from apps.singularity.publishing.models import PublishedModel
from apps.singularity.publishing.services.plans import Plan


def announcement(*, row: PublishedModel, plan: Plan) -> TrainingCompleted:
    """What others are told: numbers, digests, and names that the fleet knows."""
    shared: dict[str, Any] = {}
    if row.asked:
        shared = {
            "artifact": row.artifact,
            "size": row.size,
            "asked": row.asked,
            "codec": row.codec,
            "round": row.round,
            "base": plan.base or None,
        }
    return TrainingCompleted(
        run=row.run,
        kind=plan.kind,
        version=plan.version,
        family=plan.family,
        scope=plan.scope,
        architecture=plan.architecture or None,
        tokenizer=plan.tokenizer or None,
        base_digest=plan.base_digest if plan.base_digest.startswith("sha256:") else None,
        examples=plan.examples,
        metrics=numbers(plan.metrics),
        completed_at=plan.completed_at,
        **shared,
    )


def numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The finite numbers among metrics: there is no place for anything else in the contract."""
    given = {name: value for name, value in metrics.items() if isinstance(value, int | float)}
    return {name: float(value) for name, value in given.items() if math.isfinite(value)}
