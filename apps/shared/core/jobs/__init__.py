"""Long runs as rows: claimed by compare-and-set, kept alive by a heartbeat, found when lost."""

from apps.shared.core.jobs.beating import job_beating
from apps.shared.core.jobs.errors import JobAlreadyRunning, JobCancelled, JobStopped
from apps.shared.core.jobs.liveness import HEARTBEAT_TIMEOUT, job_is_alive
from apps.shared.core.jobs.order import JobOrder
from apps.shared.core.jobs.outcome import outcome_in_row
from apps.shared.core.jobs.periodic import periodic_job
from apps.shared.core.jobs.run import JobRun, job_run, jobs_stop
from apps.shared.core.jobs.sending import job_send
from apps.shared.core.jobs.services import job_cancel, job_enqueue, job_running, jobs_recover

__all__ = [
    "HEARTBEAT_TIMEOUT",
    "JobAlreadyRunning",
    "JobCancelled",
    "JobOrder",
    "JobRun",
    "JobStopped",
    "job_beating",
    "job_cancel",
    "job_enqueue",
    "job_is_alive",
    "job_run",
    "job_running",
    "job_send",
    "jobs_recover",
    "jobs_stop",
    "outcome_in_row",
    "periodic_job",
]
