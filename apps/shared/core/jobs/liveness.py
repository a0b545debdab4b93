"""Whether the process behind a running job is still there."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

import psutil
from django.utils import timezone

from apps.shared.core.models import Job

HEARTBEAT_TIMEOUT = timedelta(seconds=60)
_CLOCK_SLACK_SECONDS = 1.0


def process_identity() -> tuple[str, int, float]:
    """Host name, pid and start time (Unix seconds) of this process."""
    pid = os.getpid()
    return socket.gethostname(), pid, psutil.Process(pid).create_time()


def job_is_alive(job: Job) -> bool:
    """Whether a running job's process lives: by the kernel's word here, by heartbeat elsewhere.

    A process of the same host that is gone is dead at once; one on another host is dead when it
    has not been heard of for ``HEARTBEAT_TIMEOUT``.
    """
    if job.heartbeat_at is None:
        return False
    if job.host == socket.gethostname() and job.pid is not None:
        return _same_process(job.pid, job.process_started_at)
    return timezone.now() - job.heartbeat_at < HEARTBEAT_TIMEOUT


def _same_process(pid: int, started_at: float | None) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return started_at is None or abs(process.create_time() - started_at) < _CLOCK_SLACK_SECONDS
    except psutil.NoSuchProcess:
        return False
