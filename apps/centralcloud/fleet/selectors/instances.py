"""Which instances there are, and how they are."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from apps.centralcloud.fleet.engine.liveness import ONLINE_FOR, STALE_FOR, Liveness
from apps.centralcloud.fleet.models import Instance, InstanceKey

_SHUT_OUT = (Instance.State.REVOKED.value, Instance.State.WITHDRAWN.value)
CONDITIONS = (*(one.value for one in Liveness), *_SHUT_OUT)
"""How an instance can be."""


def audiences() -> list[str]:
    """The enrolled instances: those that listen."""
    rows = Instance.objects.filter(state=Instance.State.ENROLLED)
    return list(rows.values_list("name", flat=True))


def keys_in_use() -> list[tuple[str, str]]:
    """Each enrolled instance with the public key that it connects and signs with."""
    return list(_in_use().order_by("instance_id").values_list("instance_id", "public"))


def key_in_use(*, name: str) -> str:
    """The public key of an enrolled instance, empty for any other."""
    return _in_use().filter(instance_id=name).values_list("public", flat=True).first() or ""


def key_is_known(*, public: str) -> bool:
    """Whether a key is or was some instance's."""
    return InstanceKey.objects.filter(public=public).exists()


def liveness_filter(liveness: Liveness, *, now: datetime) -> Q:
    """The same as ``engine.liveness``, in SQL; of enrolled instances alone."""
    online, stale = now - ONLINE_FOR, now - STALE_FOR
    heard = {
        Liveness.NEW: Q(heard_at=None),
        Liveness.ONLINE: Q(heard_at__gte=online),
        Liveness.STALE: Q(heard_at__gte=stale, heard_at__lt=online),
        Liveness.OFFLINE: Q(heard_at__lt=stale),
    }
    return Q(state=Instance.State.ENROLLED) & heard[liveness]


def condition_filter(condition: str, *, now: datetime | None = None) -> Q:
    """Instances in one of ``CONDITIONS``."""
    if condition in _SHUT_OUT:
        return Q(state=condition)
    return liveness_filter(Liveness(condition), now=now or timezone.now())


def fleet_counts(*, now: datetime | None = None) -> dict[str, int]:
    """How many instances are enrolled, online, stale, offline, revoked, withdrawn.

    ``enrolled`` are those that were never heard; the numbers add up to the fleet.
    """
    now = now or timezone.now()
    counts = {name: Count("pk", filter=condition_filter(name, now=now)) for name in CONDITIONS}
    return Instance.objects.aggregate(**counts)


def _in_use() -> QuerySet[InstanceKey]:
    enrolled = InstanceKey.objects.filter(instance__state=Instance.State.ENROLLED)
    return enrolled.filter(retired_at=None, revoked_at=None)
