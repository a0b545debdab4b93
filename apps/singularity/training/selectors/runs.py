"""Runs of this instance and their curves."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.models import TrainingRun

_BEGINNING = re.compile(r"[0-9a-f-]{4,36}")
_SECRET = {"corpus", "run", "models", "task", "resume"}


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
    """What a run was told, without where its files lie."""
    told = {name: value for name, value in run.spec.items() if name not in _SECRET}
    return told | {"kind": run.kind, "scope": run.scope, "seed": run.seed, "code": run.data_digest}
