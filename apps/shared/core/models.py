"""Rows that every site keeps: the long runs and how they went."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Job(models.Model):
    """One long run: who asked for it, how far it is, and how it ended.

    The dashboard reads these rows, never processes. ``key`` names what the run works on, for
    example ``codebase:3``: the database refuses two running jobs of one kind on one key.
    """

    SCHEDULE_KEY = "schedule"
    """The key of runs that beat starts."""

    class State(models.TextChoices):
        """Life of a run; the last four are final."""

        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"
        LOST = "lost", "lost (its process ended without a word)"

    class Origin(models.TextChoices):
        """Who runs it: a person's command, or a worker, whose lost jobs are picked up again."""

        COMMAND = "command"
        WORKER = "worker"

    instance = models.CharField(max_length=63)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    label = models.CharField(max_length=300)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.COMMAND)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    config = models.JSONField(default=dict, blank=True)
    progress = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    host = models.CharField(max_length=255, blank=True)
    pid = models.PositiveIntegerField(null=True, blank=True)
    process_started_at = models.FloatField(
        null=True, blank=True, help_text="Unix seconds: tells a process from a later one's pid."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instance", "kind", "key"],
                condition=Q(state="running"),
                name="job_runs_once",
            ),
            models.UniqueConstraint(
                fields=["instance", "kind", "key"],
                condition=Q(state="queued"),
                name="job_queued_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="running")
                | Q(started_at__isnull=False, heartbeat_at__isnull=False),
                name="job_running_has_heartbeat",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True)
                | Q(started_at__isnull=True)
                | Q(finished_at__gte=F("started_at")),
                name="job_ends_after_start",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["instance", "state"], name="job_by_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.label}"

    @property
    def is_final(self) -> bool:
        """Whether nothing will change any more."""
        return self.state not in {self.State.QUEUED, self.State.RUNNING}
