"""What is to be run, said once for the queue and for the run itself."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from apps.shared.core.jobs.run import JobRun, job_run
from apps.shared.core.jobs.services import job_enqueue, job_running
from apps.shared.core.models import Job


@dataclass(frozen=True, slots=True)
class JobOrder:
    """A piece of work of an instance.

    Args:
        kind: which work.
        key: what it works on; of one kind and key only one runs at a time, and one waits.
        label: what people call it.
        config: what a worker needs to know.
    """

    instance: str
    kind: str
    key: str
    label: str
    config: Mapping[str, Any] = field(default_factory=dict)

    def enqueue(self) -> tuple[Job, bool]:
        """Record that a worker shall run it; the waiting job, and whether it is new."""
        return job_enqueue(
            instance=self.instance,
            kind=self.kind,
            key=self.key,
            label=self.label,
            config=self.config,
        )

    def running(self) -> Job | None:
        """The live job that does this already, if there is one."""
        return job_running(instance=self.instance, kind=self.kind, key=self.key)

    def run(self, *, job_id: int | None = None) -> AbstractContextManager[JobRun]:
        """Claim it, as the queued row ``job_id`` or as a new one; the row tells how the body ends.

        Raises:
            JobAlreadyRunning: a live process does the same.
        """
        return job_run(
            instance=self.instance,
            kind=self.kind,
            key=self.key,
            label=self.label,
            config=self.config,
            job_id=job_id,
        )
