"""Members of the fleet, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.centralcloud.fleet.models import Instance, InstanceKey
from apps.shared.contracts.nkeys import NKey, seed_new
from apps.shared.contracts.payloads import Heartbeat
from apps.shared.nats_bridge.received import Received

STARTED = datetime(2026, 1, 1, tzinfo=UTC)


def key_new() -> NKey:
    """A key pair."""
    return NKey.from_seed(seed_new())


class InstanceFactory(DjangoModelFactory[Instance]):
    """An enrolled instance that was never heard."""

    class Meta:
        model = Instance

    name = factory.Sequence(lambda number: f"instance-{number}")
    enrolled_at = factory.LazyFunction(timezone.now)


class KeyFactory(DjangoModelFactory[InstanceKey]):
    """The key in use of an enrolled instance."""

    class Meta:
        model = InstanceKey

    instance = factory.SubFactory(InstanceFactory)
    public = factory.LazyFunction(lambda: key_new().public)
    created_at = factory.LazyFunction(timezone.now)


def heard(ago: timedelta = timedelta(0), **fields: Any) -> dict[str, Any]:
    """Fields of an instance that was heard so long ago."""
    at = timezone.now() - ago
    return {"heard_at": at, "told_at": at, "started_at": STARTED, "mode": "read-write", **fields}


def heartbeat(instance: str, stored_at: datetime, **fields: Any) -> Received[Heartbeat]:
    """A sign of life as the bridge hands it over; ``told_at`` defaults to ``stored_at``."""
    told_at = fields.pop("told_at", stored_at)
    given = {"version": "0.1.0", "mode": "read-write", "started_at": STARTED, **fields}
    payload = Heartbeat.model_validate(given)
    return Received(
        event_id=f"{instance}-{stored_at.timestamp()}",
        subject="intelligence.instance.heartbeat",
        instance=instance,
        payload=payload,
        told_at=told_at,
        stored_at=stored_at,
        size=100,
    )
