"""From a request to a run that waits for a worker."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from rest_framework.exceptions import ValidationError

from apps.shared.core.api.jobs import Conflict
from apps.shared.core.jobs import job_send
from apps.shared.core.models import Job
from apps.singularity.ingestion.selectors.codebases import codebase_get
from apps.singularity.training import services, tasks
from apps.singularity.training.models import TrainingRun


def start(wanted: dict[str, Any]) -> tuple[TrainingRun, Job]:
    """Queue what a request's checked data asks for.

    Raises:
        ValidationError: it cannot be trained.
        Conflict: a run of the kind and scope waits already.
    """
    use = wanted.pop("use", None)
    if "codebase" in wanted:
        wanted["codebase"] = _codebase(wanted["codebase"])
    try:
        with transaction.atomic():
            run = services.run_start(**wanted)
            job = services.run_enqueue(run=run, use=use)
            transaction.on_commit(partial(job_send, tasks.train, job.pk))
    except services.RunWaits as error:
        raise Conflict(str(error)) from None
    except services.FAILURES as error:
        raise ValidationError([str(error)]) from None
    return run, job


def _codebase(pk: int) -> Any:
    try:
        return codebase_get(instance=settings.INSTANCE_ID, codebase_id=pk)
    except ObjectDoesNotExist:
        raise ValidationError({"codebase": [f"There is no code base {pk}."]}) from None
