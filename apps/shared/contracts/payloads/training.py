"""What is said of a trained model; its bytes travel by digest."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from apps.shared.contracts.payloads.base import (
    NO_NUL,
    Count,
    Digest,
    Key,
    Line,
    Metrics,
    Number,
    Payload,
    Positive,
    Time,
)

ModelKind = Literal["vocabulary", "t5", "encoder"]
ModelVersion = Annotated[str, StringConstraints(min_length=1, max_length=160, pattern=NO_NUL)]


class TrainingCompleted(Payload):
    """A training run of the sender that ended well, and the bundle that it made."""

    run: UUID
    kind: ModelKind
    version: ModelVersion
    family: Key
    base: ModelVersion | None = None
    examples: Count
    metrics: Metrics
    artifact: Digest
    size: Positive
    completed_at: Time


class ModelEvaluated(Payload):
    """How an aggregate model did on the sender's held-out code, beside its local model."""

    version: ModelVersion
    family: Key
    round: UUID | None = None
    metric: Key
    aggregate: Number
    local: Number | None = None
    examples: Count
    adopted: bool
    reason: Line = ""
    evaluated_at: Time
