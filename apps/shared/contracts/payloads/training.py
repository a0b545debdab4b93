"""What is said of models; their bytes travel by digest, through the object store."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints, model_validator

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
    Revision,
    Time,
)

ModelKind = Literal["vocabulary", "t5", "encoder"]
ModelVersion = Annotated[str, StringConstraints(min_length=1, max_length=160, pattern=NO_NUL)]
BaseDigest = Annotated[
    str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64}|scratch-[0-9]{1,10})$")
]
"""The weights that a family began with, or the seed that they were drawn from."""
Codec = Literal["fp32", "bf16", "int8", "int4"]
"""How the numbers of a submission are written."""
Asked = Literal["weights", "difference", "word_hashes", "words"]
"""What a round takes: whole weights (a family's first), their difference to its base, or, for a
vocabulary, first the counts of hashed words and then the words that enough instances have."""
Served = Literal["local", "aggregate", "personalised", "former", "none"]
"""What an instance uses after it compared: ``personalised`` is the aggregate tuned further on its
own code, ``former`` the aggregate that it used before."""


class RoundOffer(Payload):
    """A round that takes submissions; ``base`` is what they begin from, none in the first."""

    id: UUID
    number: Positive
    asks: Asked
    base: ModelVersion | None = None
    codec: Codec = "fp32"
    quorum: Positive
    closes_at: Time


class TrainingCompleted(Payload):
    """A training run of the sender that ended well, and the bundle that it shares.

    ``artifact`` is none where the model stays at the sender: its own vocabulary is made of words
    of its code. ``tokenizer`` is the vocabulary that the weights belong to. ``round`` is the one
    that the artifact is for, and ``asked`` what it holds.
    """

    run: UUID
    kind: ModelKind
    version: ModelVersion
    family: Key
    scope: Key
    architecture: Digest | None = None
    tokenizer: Digest | None = None
    base: ModelVersion | None = None
    base_digest: BaseDigest | None = None
    examples: Count
    metrics: Metrics
    artifact: Digest | None = None
    size: Count = 0
    asked: Asked = "weights"
    codec: Codec = "fp32"
    round: UUID | None = None
    completed_at: Time

    @model_validator(mode="after")
    def _difference_has_base(self) -> TrainingCompleted:
        if self.artifact and self.asked == "difference" and not (self.base and self.round):
            raise ValueError("a difference needs the base and the round that it is for")
        return self


class ModelEvaluated(Payload):
    """How an aggregate did on the sender's held-out code, beside what it had before.

    All are values of ``metric`` on the same code: ``bits_per_byte`` (less is better),
    ``mrr_at_10`` or ``bytes_per_token`` (more is better). ``examples`` counts what was judged:
    bytes, or questions.
    """

    kind: ModelKind
    version: ModelVersion
    family: Key
    metric: Key
    aggregate: Number
    local: Number | None = None
    personalised: Number | None = None
    former: Number | None = None
    examples: Count
    served: Served
    adopted: bool
    reason: Line = ""
    revision: Revision
    evaluated_at: Time
