"""Disk that old runs give back."""

from __future__ import annotations

import shutil
import time
import uuid
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from apps.shared.core.models import Job
from apps.singularity.training.models import TrainingRun
from apps.singularity.training.services.folders import runs_folder

KEPT = 4
"""Newest runs that keep their corpus, checkpoints and bundle; models lie with the artifacts."""
_STALE_SECONDS = 24 * 60 * 60
"""After which the folder of a judging was left behind by a killed process."""


def runs_prune() -> int:
    """Empty the folders of this instance's old runs that have ended; returns how many."""
    mine = TrainingRun.objects.filter(instance=settings.INSTANCE_ID)
    old = set(mine.exclude(pk__in=runs_kept()).values_list("pk", flat=True))
    gone = 0
    for folder in runs_folder().glob("*"):
        if _run_id(folder.name) in old:
            gone += _empty(folder)
        elif _stale(folder):
            shutil.rmtree(folder, ignore_errors=True)
    return gone


def runs_kept() -> QuerySet[TrainingRun]:
    """Runs of this instance that can go on from a checkpoint, or are not over."""
    mine = TrainingRun.objects.filter(instance=settings.INSTANCE_ID)
    newest = list(mine.values_list("pk", flat=True)[:KEPT])
    waiting = mine.filter(job__state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return mine.filter(pk__in=[*newest, *waiting.values_list("pk", flat=True)])


def _empty(folder: Path) -> bool:
    """Remove what is large: files of the run itself, such as its log, stay."""
    large = [one for one in folder.iterdir() if one.is_dir()]
    for one in large:
        shutil.rmtree(one, ignore_errors=True)
    return bool(large)


def _run_id(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(name)
    except ValueError:
        return None


def _stale(folder: Path) -> bool:
    judging = folder.name.startswith("compare-")
    return judging and time.time() - folder.stat().st_mtime > _STALE_SECONDS
