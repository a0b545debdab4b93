"""Clear object stores away: bundles that nobody needs, chunks of uploads that died.

Only Centralcloud may.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils import timezone
from nats.aio.client import Client
from nats.js import JetStreamContext

from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.manifest import (
    LARGEST_MANIFEST,
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


def store_prune(*, store: str, keep: Collection[str], older_than: timedelta = GRACE) -> int:
    """Remove from a store all bundles but these, and uploads that died; the number of both.

    What came lately stays: an upload may be on its way. Raises ArtifactError.
    """
    return lasting(
        lambda client: _prune(client, store, set(keep), timezone.now() - older_than),
        progress=Progress(0),
    )


def stores_sweep(*, older_than: timedelta = GRACE) -> int:
    """Remove from all stores the chunks of uploads that died; their number.

    Raises ArtifactError.
    """
    return lasting(
        lambda client: _sweep_all(client, timezone.now() - older_than), progress=Progress(0)
    )


async def _sweep_all(client: Client, before: datetime) -> int:
    return sum([await _sweep(client, one, before) for one in await _stores(client.jetstream())])


async def _stores(jetstream: JetStreamContext) -> list[str]:
    """The common store and those of instances."""
    streams: list[str] = []
    while page := await jetstream.streams_info(offset=len(streams)):
        streams += [str(info.config.name) for info in page]
    prefix = store_stream(MODELS_STORE)
    return [one.removeprefix(store_stream("")) for one in streams if one.startswith(prefix)]


async def _prune(client: Client, store: str, keep: set[str], before: datetime) -> int:
    there = await _objects(client, store)
    kept = {
        subject
        for digest in keep
        for subject in await _subjects_of_bundle(client, store, digest, there)
    }
    gone = [s for s, message in there.items() if s not in kept and message.time < before]
    jetstream = client.jetstream()
    for subject in gone:  # their chunks belong to nothing then
        await jetstream.purge_stream(store_stream(store), subject=subject)
    return len(gone) + await _sweep(client, store, before)


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


async def _subjects_of_bundle(
    client: Client, store: str, digest: str, there: dict[str, StoredMessage]
) -> set[str]:
    """The objects of a bundle; of one whose manifest cannot be read the manifest alone."""
    subject = object_subject(store, digest_hex(digest))
    stored = _said(there[subject]) if subject in there else None
    if stored is None or stored.size > LARGEST_MANIFEST:
        return {subject}
    data = bytearray()
    async for chunk in messages(client, store, chunk_subject(store, stored.number)):
        data += chunk.data
        if len(data) > LARGEST_MANIFEST:
            return {subject}
    try:
        files = manifest_decode(bytes(data)).files
    except ArtifactError:
        return {subject}
    return {subject, *(object_subject(store, file.sha256) for file in files)}


def _said(message: StoredMessage) -> StoredObject | None:
    try:
        return stored_decode(message.data)
    except ArtifactError:
        return None
