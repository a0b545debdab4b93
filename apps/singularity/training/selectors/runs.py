"""Runs of this instance and their curves."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.models import TrainingRun
from apps.singularity.training.models.runs import Kind

_BEGINNING = re.compile(r"[0-9a-f-]{4,36}")
_LOOP = (
    "base_version", "round_number", "steps", "minutes", "batch", "length", "rate", "threads",
    "device", "processes", "evaluate_every", "checkpoint_every",
)  # fmt: skip
_MEANT = {
    Kind.VOCABULARY: ("vocabulary_size",),
    Kind.ENCODER: _LOOP,
    Kind.T5: (*_LOOP, "size", "tokenizer_version", "optimizer", "lora", "instructions"),
}
"""Settings that decide something, by kind; a base brings its own size and vocabulary."""
_FROM_SCRATCH = ("size", "tokenizer_version")


def runs_of(*, kind: str = "", scope: str = "") -> QuerySet[TrainingRun]:
    """The runs of this instance, the newest first, each with its job, base and model."""
    rows = TrainingRun.objects.filter(instance=settings.INSTANCE_ID)
    if kind:
        rows = rows.filter(kind=kind)
    if scope:
        rows = rows.filter(scope=scope)
    return rows.select_related("job", "base", "model")


def run_get(*, reference: str) -> TrainingRun:
    """The run of this id, or the only one whose id begins so.

    Raises:
        RunRefused: there is none, or several.
    """
    wanted = reference.strip().lower()
    rows = runs_of()
    found = list(rows.filter(id__startswith=wanted)[:2]) if _BEGINNING.fullmatch(wanted) else []
    if not found:
        raise RunRefused(f"There is no run {reference}: `manage.py runs` lists those there are.")
    if len(found) > 1:
        raise RunRefused(f"Several runs begin with {reference}: say more of the id.")
    return found[0]


def run_settings(run: TrainingRun) -> dict[str, Any]:
    """What a run was told that means something for its kind, without where its files lie."""
    left_out = _FROM_SCRATCH if run.spec.get("base") else ()
    told = {
        name: run.spec[name]
        for name in _MEANT[Kind(run.kind)]
        if name in run.spec and name not in left_out
    }
    return told | {"kind": run.kind, "scope": run.scope, "seed": run.seed, "code": run.data_digest}
