"""What can keep a job from running to its end."""

from __future__ import annotations


class JobAlreadyRunning(Exception):
    """Another live process runs this job; the message names it."""


class JobCancelled(Exception):
    """Somebody cancelled the job while it ran."""


class JobStopped(Exception):
    """The worker ends; the job waits again, for the next one."""
