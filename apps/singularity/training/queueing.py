"""From a wish to a run that waits for a worker, and back: each with its entry in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Unpack

import structlog
from django.conf import settings
from django.db import transaction

from apps.shared.access.audit import Actor, audit_record
from apps.shared.core.jobs import job_cancel, job_send
from apps.shared.core.models import Job
from apps.singularity.training import services, tasks
from apps.singularity.training.models import TrainingRun
from apps.singularity.training.services.starting import Wanted

logger = structlog.get_logger(__name__)


@transaction.atomic
def run_queue(
    *,
    actor: Actor,
    kind: str,
    resume: str | None = None,
    use: bool | None = None,
    unheard: Callable[[str], None] = logger.warning,
    **wanted: Unpack[Wanted],
) -> tuple[TrainingRun, Job]:
    """Have a worker train a new run, or go on with the one that ``resume`` names.

    Args:
        use: whether the model is taken into use; where it is better if None.
        unheard: told in a line where no broker takes the job, which waits all the same.

    Raises:
        RunWaits: one of its kind and scope waits already.
        services.FAILURES: it cannot be trained.
    """
    run = services.run_start(kind=kind, resume=resume, **wanted)
    job = services.run_enqueue(run=run, use=use)
    audit_record("training.start", actor=actor, about=run, job=job.pk)
    transaction.on_commit(partial(job_send, tasks.train, job.pk, unheard))
    return run, job


@transaction.atomic
def run_cancel(*, run: TrainingRun, actor: Actor) -> bool:
    """Have it end after a checkpoint, to be resumed or not; False where it has ended already."""
    if run.job is None or not job_cancel(job_id=run.job.pk, instance=settings.INSTANCE_ID):
        return False
    audit_record("training.cancel", actor=actor, about=run)
    return True
