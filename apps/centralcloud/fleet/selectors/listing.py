"""Instances as pages, commands and the API show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.centralcloud.fleet.engine.liveness import liveness
from apps.centralcloud.fleet.models import Instance


@dataclass(frozen=True, slots=True)
class Listed:
    """An instance, and how it is now: its state, or how long ago it was heard."""

    instance: Instance
    condition: str

    @property
    def read_only(self) -> bool:
        """Whether it only listens."""
        return self.instance.mode == "read-only"

    def as_json(self) -> dict[str, Any]:
        """What is known of it; times in ISO 8601."""
        one = self.instance
        return {
            "instance": one.name,
            "condition": self.condition,
            "note": one.note,
            "enrolled_at": _iso(one.enrolled_at),
            "withdrawn_at": _iso(one.withdrawn_at),
            "heard_at": _iso(one.heard_at),
            "clock_skew_seconds": one.skew.total_seconds() if one.skew is not None else None,
            "version": one.version,
            "mode": one.mode,
            "jobs": one.jobs,
            "languages": one.languages,
            "codebases": one.codebases,
            "files": one.files,
            "patterns": one.patterns,
            "frameworks": one.frameworks,
            "queued": one.queued,
            "lag_seconds": one.lag_seconds,
        }


def condition_of(instance: Instance, *, now: datetime) -> str:
    """``revoked``, ``withdrawn``, or the liveness of an enrolled one."""
    if instance.state != Instance.State.ENROLLED:
        return instance.state
    return liveness(instance.heard_at, now=now).value


def instances_listed() -> list[Listed]:
    """All instances by name."""
    now = timezone.now()
    return [Listed(one, condition_of(one, now=now)) for one in Instance.objects.all()]


def members_listed(*, limit: int, now: datetime) -> list[Listed]:
    """The first instances by name that were not withdrawn."""
    rows = Instance.objects.exclude(state=Instance.State.WITHDRAWN)[:limit]
    return [Listed(one, condition_of(one, now=now)) for one in rows]


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
