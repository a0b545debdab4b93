"""From a request to a run that waits for a worker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from rest_framework.exceptions import ValidationError

from apps.shared.access.audit import Actor
from apps.shared.core.api.jobs import Conflict
from apps.shared.core.models import Job
from apps.singularity.ingestion.selectors.codebases import codebase_get
from apps.singularity.training import services
from apps.singularity.training.models import TrainingRun
from apps.singularity.training.queueing import run_queue


def start(wanted: dict[str, Any], *, actor: Actor) -> tuple[TrainingRun, Job]:
    """Queue what a request's checked data asks for.

    Raises:
        ValidationError: it cannot be trained.
        Conflict: a run of the kind and scope waits already.
    """
    if "codebase" in wanted:
        wanted["codebase"] = _codebase(wanted["codebase"])
    try:
        return run_queue(actor=actor, **wanted)
    except services.RunWaits as error:
        raise Conflict(str(error)) from None
    except services.FAILURES as error:
        raise ValidationError([str(error)]) from None


def _codebase(pk: int) -> Any:
    try:
        return codebase_get(instance=settings.INSTANCE_ID, codebase_id=pk)
    except ObjectDoesNotExist:
        raise ValidationError({"codebase": [f"There is no code base {pk}."]}) from None
