"""Looking at offers under a job row: one at a time."""

from __future__ import annotations

from django.conf import settings

from apps.shared.core.jobs import JobOrder, job_beating
from apps.shared.core.jobs.periodic import KEPT
from apps.shared.core.jobs.services import jobs_thin
from apps.shared.core.models import Job
from apps.singularity.guidance.models import Adoption, ModelOffer
from apps.singularity.guidance.services.adoption import adopt_due, offer_adopt

ADOPT = "adopt"


def adoption_order() -> JobOrder:
    """The job that looks at what is due."""
    return JobOrder(
        instance=settings.INSTANCE_ID,
        kind=ADOPT,
        key=Job.SCHEDULE_KEY,
        label="Models of the fleet on own code",
    )


def adoption_run(*, job_id: int | None = None) -> dict[str, int]:
    """Look at every offer that is due.

    Raises:
        JobAlreadyRunning: another process does.
        JobCancelled: somebody cancelled it; what was decided before stays.
    """
    order = adoption_order()
    with order.run(job_id=job_id) as run, job_beating(run):
        done = adopt_due(report=run.report)
        run.result = dict(done)
    jobs_thin(instance=order.instance, kind=order.kind, key=order.key, keep=KEPT)
    return done


def adoption_run_one(*, offer: ModelOffer, tune: bool) -> Adoption:
    """Look at one offer now, due or not. Raises as ``adoption_run``."""
    with adoption_order().run() as run, job_beating(run):
        adoption = offer_adopt(offer=offer, tune=tune, again=True, report=run.report)
        run.result = {"looked at": 1, "adopted": int(adoption.adopted)}
    return adoption
