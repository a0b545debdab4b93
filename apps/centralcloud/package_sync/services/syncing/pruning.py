"""Outcomes that are too old to tell anything."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from apps.centralcloud.package_sync.models import Outcome

BATCH = 5_000


def outcomes_prune() -> int:
    """Delete outcomes older than ``RETENTION_DAYS``, batch by batch; returns how many."""
    old = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
    rows = Outcome.objects.filter(at__lt=old).order_by("at", "id").values_list("pk", flat=True)
    deleted = 0
    while batch := list(rows[:BATCH]):
        deleted += Outcome.objects.filter(pk__in=batch).delete()[0]
    return deleted
