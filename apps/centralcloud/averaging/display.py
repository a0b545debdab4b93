"""Words and colours of what pages show."""

from __future__ import annotations

from apps.centralcloud.averaging.models import AggregateModel, Evaluation, Round, Submission

AGGREGATE_VARIANTS = {
    AggregateModel.State.PROMOTED.value: "success",
    AggregateModel.State.CANDIDATE.value: "info",
    AggregateModel.State.REJECTED.value: "danger",
}
ROUND_VARIANTS = {
    Round.State.OPEN.value: "info",
    Round.State.CLOSING.value: "warning",
    Round.State.CLOSED.value: "success",
    Round.State.FAILED.value: "danger",
}
SUBMISSION_VARIANTS = {
    Submission.State.ACCEPTED.value: "success",
    Submission.State.ANNOUNCED.value: "info",
    Submission.State.LEFT_OUT.value: "danger",
}
METRICS = {
    "bits_per_byte": "bits per byte",
    "mrr_at_10": "MRR@10",
    "bytes_per_token": "bytes per token",
}


def measure(value: float | None) -> str:
    """A value as people compare it; nothing where there is none."""
    return "" if value is None else f"{value:.4f}"


def gain_text(row: Evaluation) -> str:
    """How much better or worse the aggregate is than the local model, in per cent of that."""
    if row.gain is None or not row.local:
        return "no local model"
    return f"{row.gain / abs(row.local):+.1%}"
