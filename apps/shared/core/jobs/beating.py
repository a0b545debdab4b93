"""A heartbeat for work that reports nothing meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError, InterfaceError, connection

from apps.shared.core.jobs.run import JobRun

BEAT_SECONDS = 15.0
log = structlog.get_logger(__name__)


@contextmanager
def job_beating(run: JobRun) -> Iterator[None]:
    """Beat from a thread of its own until the body ends."""
    ended = threading.Event()

    def beat() -> None:
        try:
            while not ended.wait(BEAT_SECONDS):
                try:
                    run.beat()
                except (DatabaseError, InterfaceError) as error:
                    log.warning("job.no_heartbeat", job=run.job.pk, error=str(error))
                    connection.close()  # the next beat makes a new one
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True, name=f"heartbeat of job {run.job.pk}")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
