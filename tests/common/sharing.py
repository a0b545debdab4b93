"""A fleet in one process: sites by turns, messages carried by hand, bundles over a real NATS."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from apps.centralcloud.averaging import handlers as centralcloud
from apps.centralcloud.fleet.models import Instance
from apps.shared.contracts.nkeys import NKey, seed_new
from apps.shared.contracts.subjects import CENTRALCLOUD, SERVICE, instance_source, message_of
from apps.shared.core.identity import Identity
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.models import OutboxMessage
from apps.shared.nats_bridge.received import Handler, Received
from apps.shared.nats_bridge.setup import audiences_ensure, streams_ensure
from apps.singularity.guidance import handlers as guidance
from centralcloud_site import settings as centralcloud_settings
from tests.common.bridge import empty_nats

_UP: dict[str, Handler[Any]] = {
    "intelligence.training.completed": centralcloud.training_completed,
    "intelligence.model.evaluated": centralcloud.model_evaluated,
}


@dataclass
class Fleet:
    """Sites of one process and one database; each has a state folder and a key of its own."""

    settings: Any
    folder: Path
    names: Sequence[str]
    identities: dict[str, Identity]

    @contextmanager
    def site(self, name: str) -> Iterator[None]:
        """This process is that site."""
        changed = {
            "IDENTITY": self.identities[name],
            "STATE_DIR": self.folder / name,
            "INSTANCE_ID": name,
        }
        if name == SERVICE:
            changed["SITE_WIRING"] = centralcloud_settings.SITE_WIRING
        held = {key: getattr(self.settings, key) for key in changed}
        self._set(changed)
        try:
            yield
        finally:
            self._set(held)

    def carry(self) -> list[Any]:
        """Hand every message that waits to whom it is for; the payloads, in order."""
        carried = []
        while rows := list(OutboxMessage.objects.filter(sent_at=None).order_by("id")):
            for row in rows:
                carried.append(self._handed(row))
                OutboxMessage.objects.filter(pk=row.pk).update(sent_at=timezone.now())
        return carried

    def _handed(self, row: OutboxMessage) -> Any:
        message = message_of(row.subject)
        assert message
        payload = message.payload.model_validate_json(bytes(row.data))
        sender = "" if row.instance == SERVICE else row.instance
        one: Received[Any] = Received(
            event_id=str(row.event_id),
            subject=row.subject,
            instance=sender,
            payload=payload,
            told_at=row.created_at,
            stored_at=datetime.now(UTC),
            size=row.size,
        )
        if sender:
            with self.site(SERVICE):
                _UP[row.subject]([one])
        else:
            for name in self.names:
                with self.site(name):
                    guidance.model_ready([one])
        return payload

    def _set(self, values: dict[str, Any]) -> None:
        for key, value in values.items():
            setattr(self.settings, key, value)


def fleet_make(settings: Any, folder: Path, nats_url: str, names: Sequence[str]) -> Fleet:
    """Enrolled instances, and what Centralcloud makes on NATS when it starts."""
    identities = {
        name: Identity(name, instance_source(name), seed_new(), folder) for name in names
    } | {SERVICE: Identity(SERVICE, CENTRALCLOUD, seed_new(), folder)}
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, nats_mode="external", nats_urls=(nats_url,)
    )
    settings.PUBLISH, settings.INSTANCE_MODE = "all", "read-write"
    settings.SHARE_MODELS = settings.SHARE_VOCABULARY = True
    asyncio.run(_stores(identities[SERVICE].seed, names))
    now = timezone.now()
    Instance.objects.bulk_create(Instance(name=name, enrolled_at=now) for name in names)
    return Fleet(settings, folder, names, identities)


async def _stores(seed: str, names: Sequence[str]) -> None:
    await empty_nats(seed)
    async with connected(key=NKey.from_seed(seed)) as client:
        await streams_ensure(client)
        await audiences_ensure(client, list(names))
