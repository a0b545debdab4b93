"""A submission is fetched from its instance's store, verified, and the aggregate put into ours."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from django.conf import LazySettings

from apps.centralcloud.averaging.models import AggregateModel, Submission
from apps.centralcloud.averaging.services import round_close
from apps.shared.artifacts.services import artifact_fetch, artifact_path, artifact_put
from apps.shared.contracts.subjects import MODELS_STORE, instance_store
from apps.shared.nats_bridge.connection import connected
from tests.common.averaging import submit_weights
from tests.common.weights import drawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]


def forget(digest: str) -> None:
    """Have a bundle here no more."""
    shutil.rmtree(artifact_path(digest=digest))


def test_bytes_come_from_instances_and_go_to_all(settings: LazySettings) -> None:
    start = drawn(0)
    for seed, name in enumerate("abc", start=1):
        own = drawn(seed)
        full = submit_weights(name, {n: start[n] + 0.1 * own[n] for n in start})
    for row in Submission.objects.all():
        artifact_put(digest=row.artifact, store=instance_store(row.instance))
        forget(row.artifact)
    asyncio.run(damage(settings, instance="c"))
    assert full is not None
    closed = round_close(round_id=full, forced=True)
    assert closed is not None
    assert closed.version, closed.reason
    aggregate = AggregateModel.objects.get()
    assert aggregate.contributors == 2
    left = Submission.objects.get(state="left_out")
    assert left.instance == "c"
    assert "has other bytes than announced" in left.reason or "cut short" in left.reason
    forget(aggregate.artifact)
    folder = artifact_fetch(digest=aggregate.artifact, size=aggregate.size, store=MODELS_STORE)
    assert (folder / "model.safetensors").exists()


async def damage(settings: LazySettings, *, instance: str) -> None:
    """Take a part of the largest file out of an instance's store."""
    async with connected(key=settings.IDENTITY.key_made_here()) as client:
        jetstream = client.jetstream()
        stream = f"OBJ_{instance_store(instance)}"
        state = (await jetstream.stream_info(stream)).state
        largest, place = 0, 0
        for sequence in range(state.first_seq, state.last_seq + 1):
            message = await jetstream.get_msg(stream, sequence)
            if len(message.data or b"") > largest:
                largest, place = len(message.data or b""), sequence
        await jetstream.delete_msg(stream, place)
