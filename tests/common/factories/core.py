"""Rows of the core app."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.shared.core.jobs.liveness import process_identity
from apps.shared.core.models import Job


class AdminFactory(DjangoModelFactory[User]):
    """A superuser; the password is ``password``."""

    class Meta:
        model = User

    username = factory.Sequence(lambda number: f"admin{number}")
    password = factory.django.Password("password")
    is_staff = is_superuser = True


class JobFactory(DjangoModelFactory[Job]):
    """A job that waits for a worker."""

    class Meta:
        model = Job

    instance = factory.LazyFunction(lambda: settings.INSTANCE_ID)
    kind = "ingest"
    key = factory.Sequence(lambda number: f"codebase:{1_000_000 + number}")
    label = factory.Sequence(lambda number: f"project{number}")


def running(**progress: int) -> dict[str, Any]:
    """Fields of a job that this very process runs, so that it counts as alive."""
    host, pid, started = process_identity()
    now = timezone.now()
    return {
        "state": Job.State.RUNNING, "host": host, "pid": pid, "process_started_at": started,
        "started_at": now - timedelta(seconds=20), "heartbeat_at": now,
        "progress": progress,
    }  # fmt: skip
