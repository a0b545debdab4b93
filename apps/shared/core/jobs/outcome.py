"""How a task ends whose job row tells the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from apps.shared.core.jobs.errors import JobAlreadyRunning, JobCancelled, JobStopped

log = structlog.get_logger(__name__)


@contextmanager
def outcome_in_row(job_id: int, *failures: type[Exception]) -> Iterator[None]:
    """What a job row says already is a line of the log, not a task that failed.

    Args:
        failures: errors meant for the job's owner, written into the row by ``job_run``.
    """
    try:
        yield
    except (JobAlreadyRunning, JobCancelled, JobStopped) as outcome:
        log.info("job.left", job=job_id, reason=str(outcome))
    except failures as error:
        log.error("job.failed", job=job_id, reason=str(error))  # noqa: TRY400  for its owner
