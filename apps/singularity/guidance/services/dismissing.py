"""Put insights away, and take them out again."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from apps.singularity.guidance.models import Insight


class UnknownInsight(Exception):
    """The instance was never told an insight of this key."""


def insight_dismiss(*, key: str) -> None:
    """Have an insight shown no more, also when it is told again.

    Raises:
        UnknownInsight: there is none of this key.
    """
    _mark(key, timezone.now())


def insight_restore(*, key: str) -> None:
    """Have a dismissed insight shown again.

    Raises:
        UnknownInsight: there is none of this key.
    """
    _mark(key, None)


def _mark(key: str, at: datetime | None) -> None:
    rows = Insight.objects.filter(instance=settings.INSTANCE_ID, key=key)
    if "\0" in key or not rows.update(dismissed_at=at):
        raise UnknownInsight(
            f"No insight has the key {key!r}: `manage.py insights --all` lists them."
        )
