"""From a row to a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from kombu.exceptions import OperationalError

logger = structlog.get_logger(__name__)


def job_send(task: Any, job_id: int, unheard: Callable[[str], None] = logger.warning) -> None:
    """Hand a queued job to the broker, once its row is committed.

    Without a broker it stays queued until beat sends it again; ``unheard`` is told so in a line.
    """
    try:
        task.delay(job_id)
    except OperationalError as error:
        unheard(f"No worker hears of job {job_id} yet: {error}.")
