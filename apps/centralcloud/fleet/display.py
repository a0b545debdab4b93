"""An instance's heartbeat as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.centralcloud.fleet.engine.liveness import Liveness
from apps.centralcloud.fleet.selectors.listing import Listed

SKEW_SHOWN = timedelta(seconds=5)
"""Less is the message's way and the beat of the clocks."""
LANGUAGES_SHOWN = 6
VARIANTS = {
    Liveness.NEW: "primary",
    Liveness.ONLINE: "success",
    Liveness.STALE: "warning",
    Liveness.OFFLINE: "danger",
    "revoked": "danger",
}
"""The colour of each condition's label."""


@dataclass(frozen=True, slots=True)
class Doing:
    """A job that ran when the instance was last heard; ``percent`` is None for an open end."""

    kind: str
    done: int
    total: int
    unit: str
    percent: float | None
    elapsed: timedelta
    loss: float | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An instance, with what its heartbeat means by now.

    ``doing`` is empty where it was not heard ``lately``. ``skew`` is set where its clock is wrong.
    """

    listed: Listed
    variant: str
    ago: timedelta | None
    lately: bool
    doing: list[Doing]
    languages: list[str]
    more_languages: int
    lag: timedelta | None
    skew: timedelta | None
    ahead: bool


def shown(listed: Listed, *, now: datetime) -> Shown:
    """What to show of an instance at a time."""
    one = listed.instance
    skew = one.skew or timedelta(0)
    lately = listed.condition in (Liveness.ONLINE, Liveness.STALE)
    return Shown(
        listed=listed,
        variant=VARIANTS.get(listed.condition, ""),
        ago=max(now - one.heard_at, timedelta(0)) if one.heard_at else None,
        lately=lately,
        doing=[_doing(job) for job in one.jobs] if lately else [],
        languages=one.languages[:LANGUAGES_SHOWN],
        more_languages=max(0, len(one.languages) - LANGUAGES_SHOWN),
        lag=timedelta(seconds=one.lag_seconds) if one.queued else None,
        skew=abs(skew) if abs(skew) > SKEW_SHOWN else None,
        ahead=skew > timedelta(0),
    )


def _doing(job: dict[str, Any]) -> Doing:
    done, total = job["done"], job["total"]
    return Doing(
        kind=job["kind"],
        done=done,
        total=total,
        unit=job["unit"],
        percent=min(100.0, 100 * done / total) if total else None,
        elapsed=timedelta(seconds=job["elapsed_seconds"]),
        loss=job.get("loss"),
    )
