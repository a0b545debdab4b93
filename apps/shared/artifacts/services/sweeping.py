"""Clear object stores away: bundles that nobody needs, chunks of uploads that died.

Only Centralcloud may.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from nats.aio.client import Client
from nats.js import JetStreamContext

from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.manifest import (
    LARGEST_MANIFEST,
    Manifest,
    digest_hex,
    manifest_decode,
)
from apps.shared.artifacts.engine.objects import StoredObject, stored_decode
from apps.shared.artifacts.objects.lasting import Progress, lasting
from apps.shared.artifacts.objects.reading import (
    StoredMessage,
    last_message,
    messages,
    subjects,
)
from apps.shared.artifacts.services.local import GRACE
from apps.shared.contracts.subjects import MODELS_STORE
from apps.shared.nats_bridge.names import (
    chunk_subject,
    object_subject,
    object_subjects,
    store_stream,
)

UNTOLD = timedelta(days=30)
"""What an instance put there and has not told of yet stays: its message may wait for NATS."""


def store_prune(
    *,
    store: str,
    keep: Collection[str],
    done: Collection[str] | None = None,
    older_than: timedelta = GRACE,
) -> int:
    """Remove from a store all bundles but these, and uploads that died; the number of both.

    What came lately stays: an upload may be on its way. Whoever dies in the middle leaves files
    without a manifest, which count for nothing and go the next time.

    Args:
        done: bundles that somebody needed once; where given, any other stays for ``UNTOLD``.

    Raises:
        ArtifactError: it could not be done now.
    """
    unneeded = _Unneeded(frozenset(keep), done, timezone.now(), older_than)
    return lasting(lambda client: _prune(client, store, unneeded), progress=Progress(0))


def stores_there() -> list[str]:
    """The common store and those of instances. Raises ArtifactError."""
    return lasting(lambda client: _stores(client.jetstream()), progress=Progress(0))


async def _stores(jetstream: JetStreamContext) -> list[str]:
    """The common store and those of instances."""
    streams: list[str] = []
    while page := await jetstream.streams_info(offset=len(streams)):
        streams += [str(info.config.name) for info in page]
    prefix = store_stream(MODELS_STORE)
    return [one.removeprefix(store_stream("")) for one in streams if one.startswith(prefix)]


@dataclass(frozen=True, slots=True)
class _Unneeded:
    """Which bundles of a store go."""

    keep: Collection[str]
    done: Collection[str] | None
    now: datetime
    older_than: timedelta

    @property
    def before(self) -> datetime:
        """What came later stays."""
        return self.now - self.older_than

    def stays(self, digest: str, came: datetime) -> bool:
        """Whether a bundle does."""
        waits = self.done is not None and digest not in self.done
        return digest in self.keep or came >= (self.now - UNTOLD if waits else self.before)


async def _prune(client: Client, store: str, unneeded: _Unneeded) -> int:
    there = await _objects(client, store)
    bundles = await _bundles(client, store, there)
    kept: set[str] = set()
    for subject, manifest in bundles.items():
        if unneeded.stays(manifest.digest, there[subject].time):
            kept |= {subject, *(object_subject(store, file.sha256) for file in manifest.files)}
    gone = [s for s, one in there.items() if s not in kept and one.time < unneeded.before]
    jetstream = client.jetstream()
    for subject in sorted(gone, key=lambda one: one not in bundles):  # manifests first
        # what was put there meanwhile stays; their chunks belong to nothing then
        await jetstream.purge_stream(
            store_stream(store), subject=subject, seq=there[subject].sequence + 1
        )
    return len(gone) + await _sweep(client, store, unneeded.before)


async def _sweep(client: Client, store: str, before: datetime) -> int:
    """Purge chunks that no object has and whose upload has stood still since ``before``."""
    there = await _objects(client, store)
    live = {chunk_subject(store, one.number) for m in there.values() if (one := _said(m))}
    swept = 0
    for subject in set(await subjects(client, store, chunk_subject(store, ">"))) - live:
        last = await last_message(client, store, subject)
        if last is not None and last.time < before:
            await client.jetstream().purge_stream(store_stream(store), subject=subject)
            swept += 1
    return swept


async def _objects(client: Client, store: str) -> dict[str, StoredMessage]:
    """What the store says of each object, by subject: the last word holds."""
    return {one.subject: one async for one in messages(client, store, object_subjects(store))}


async def _bundles(
    client: Client, store: str, there: dict[str, StoredMessage]
) -> dict[str, Manifest]:
    """The manifests among the objects, by subject."""
    found: dict[str, Manifest] = {}
    for subject, message in there.items():
        stored = _said(message)
        if stored is None or stored.size > LARGEST_MANIFEST:
            continue
        with suppress(ArtifactError):
            manifest = manifest_decode(await _read(client, store, stored))
            if object_subject(store, digest_hex(manifest.digest)) == subject:
                found[subject] = manifest
    return found


async def _read(client: Client, store: str, stored: StoredObject) -> bytes:
    """The bytes of a small object; too many where it is not as small as it says."""
    data = bytearray()
    async for chunk in messages(client, store, chunk_subject(store, stored.number)):
        data += chunk.data
        if len(data) > LARGEST_MANIFEST:
            break
    return bytes(data)


def _said(message: StoredMessage) -> StoredObject | None:
    try:
        return stored_decode(message.data)
    except ArtifactError:
        return None
