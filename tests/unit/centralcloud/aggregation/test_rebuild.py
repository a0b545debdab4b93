"""Aggregates rebuilt from the stream, beside the live ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from io import StringIO
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.aggregation.models import Contribution, GlobalFact, Member
from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.centralcloud.aggregation.services.rebuild import (
    StreamUnreadable,
    rebuild_from_stream,
    run,
)
from apps.centralcloud.aggregation.services.rebuild.stream import StreamReader
from apps.centralcloud.fleet.models import InstanceKey
from apps.centralcloud.fleet.selectors.keys import keys_forget
from apps.centralcloud.fleet.services.withdrawal import instance_withdraw
from apps.shared.contracts.event import event_encode, event_of
from apps.shared.contracts.nkeys import NKey, seed_new
from apps.shared.contracts.subjects import Stream, instance_source
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.letters import Letter
from apps.shared.nats_bridge.once import carry_once
from apps.shared.nats_bridge.pull import BATCH_MESSAGES
from apps.shared.nats_bridge.received import Received
from apps.shared.nats_bridge.setup import site_consumer_ensure, streams_ensure
from apps.shared.nats_bridge.wiring import site_wiring
from tests.common.factories.told import packages, pattern, patterns, signature
from tests.common.locks import Beside

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = {name: NKey.from_seed(seed_new()) for name in ("a", "b", "c")}
TOLD = (
    patterns("a", 1, "x", "y"),
    patterns("a", 2, pattern("x", occurrences=9), withdrawn=(signature("y"),)),
    patterns("b", 1, "x", "z"),
    patterns("b", 3, "x", floor=3),
    packages("c", 1, "pkg:npm/p@1.0"),
)


@pytest.fixture(autouse=True)
def stream(fleet: None, nats_url: str) -> None:
    """An empty stream, and senders with keys."""
    InstanceKey.objects.bulk_create(
        InstanceKey(
            instance_id=name, public=key.public, created_at=timezone.now() - timedelta(days=1)
        )
        for name, key in KEYS.items()
    )
    keys_forget()
    asyncio.run(_cleared())


def own_key() -> NKey:
    key = settings.IDENTITY.key
    assert isinstance(key, NKey)
    return key


async def _cleared() -> None:
    async with connected(key=own_key()) as client:
        jetstream = client.jetstream()
        for stream in await jetstream.streams_info():
            await jetstream.delete_stream(str(stream.config.name))
        await streams_ensure(client)
        await site_consumer_ensure(client, settings.IDENTITY.name, site_wiring())


async def tell(*messages: Received[Any], key: NKey | None = None) -> None:
    """Put messages into the stream as their instances do."""
    async with connected(key=own_key()) as client:
        for one in messages:
            event = event_of(one.payload, subject=one.subject, source=instance_source(one.instance))
            headers = event_encode(event, key or KEYS[one.instance])
            await client.jetstream().publish(one.subject, event.data, headers=headers)


async def receive() -> None:
    """Take what is in the stream to the live tables, as the bridge does."""
    await carry_once(wiring=site_wiring(), key=own_key(), say=print)


def lived(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)
    connections.close_all()


def rebuild(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The command's exit status and report."""
    out = StringIO()
    try:
        call_command("rebuild_from_stream", "--json", *arguments, stdout=out)
    except SystemExit as left:
        return int(str(left.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def schemas() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'aggregation%'")
        return int(cursor.fetchone()[0])


def test_what_the_stream_says_is_what_is_live() -> None:
    lived(tell(*TOLD))
    lived(receive())
    facts_aggregate(now=timezone.now() - timedelta(minutes=5))
    status, report = rebuild()
    assert (status, report["messages"], report["differences"]) == (0, 5, [])
    assert GlobalFact.objects.count() == 2
    assert schemas() == 0


def test_messages_that_the_bridge_has_not_applied_yet_are_no_difference() -> None:
    lived(tell(*TOLD[:2]))
    lived(receive())
    lived(tell(*TOLD[2:]))
    status, report = rebuild()
    assert (status, report["messages"], report["differences"]) == (0, 2, [])


def test_what_differs_is_told_and_mended_on_demand() -> None:
    lived(tell(*TOLD))
    lived(receive())
    facts_aggregate()
    kept = GlobalFact.objects.get(subject="package").pk
    Contribution.objects.filter(instance="a", key=signature("x")).update(occurrences=1_000)
    Contribution.objects.filter(instance="b").delete()
    GlobalFact.objects.filter(key=signature("x")).update(share=0.25)
    Member.objects.create(population="any", instance="nobody")

    status, report = rebuild()
    assert status == 1
    found = {one["table"]: (one["live"], one["rebuilt"]) for one in report["differences"]}
    assert found == {
        "aggregation_contribution": (1, 2),
        "aggregation_globalfact": (1, 1),
        "aggregation_member": (1, 0),
    }
    assert Contribution.objects.filter(occurrences=1_000).exists()

    status, report = rebuild("--apply")
    assert (status, report["swapped"]) == (0, True)
    assert rebuild()[1]["differences"] == []
    assert GlobalFact.objects.get(key=signature("x")).occurrences == 12
    assert GlobalFact.objects.get(subject="package").pk == kept


def test_forged_messages_and_withdrawn_instances_do_not_count_here_either() -> None:
    lived(tell(*TOLD))
    lived(tell(patterns("a", 9, "forged"), key=KEYS["b"]))
    lived(receive())
    instance_withdraw(name="b")
    facts_aggregate()
    status, report = rebuild()
    assert (status, report["refused"]) == (0, 3)
    assert GlobalFact.objects.get(key=signature("x")).instances == 1


def test_facts_that_are_older_than_the_stream_are_taken_as_told() -> None:
    lived(tell(*TOLD))
    lived(receive())
    facts_aggregate()
    lived(_without_its_first_messages())
    status, report = rebuild()
    assert (status, report["carried"]) == (0, 4)


async def _without_its_first_messages() -> None:
    async with connected(key=own_key()) as client:
        await client.jetstream().purge_stream(Stream.INTELLIGENCE, seq=4)


def test_only_one_rebuild_runs_at_a_time() -> None:
    lived(tell(*TOLD))
    lived(receive())

    def another(_read: int, _all: int) -> None:
        with pytest.raises(StreamUnreadable, match="another rebuild"):
            rebuild_from_stream()

    done = rebuild_from_stream(progress=another)
    assert (done.messages, done.differences) == (5, [])
    assert schemas() == 0


def test_an_instance_withdrawn_meanwhile_is_not_brought_back() -> None:
    lived(tell(*TOLD))
    lived(receive())

    def withdraw(_read: int, _all: int) -> None:
        if InstanceKey.objects.filter(instance="b", revoked_at=None).exists():
            instance_withdraw(name="b")

    with pytest.raises(StreamUnreadable, match="b was withdrawn meanwhile"):
        rebuild_from_stream(apply=True, progress=withdraw)
    assert not Contribution.objects.filter(instance="b").exists()
    assert rebuild()[0] == 0


def test_a_withdrawal_waits_for_the_comparison_and_not_in_its_midst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Holding the instance, it would wait for the live tables, and the rebuild for it, for ever."""
    lived(tell(*TOLD[:1]))
    lived(receive())
    withdrawal = Beside(lambda: instance_withdraw(name="b"))

    def more() -> None:
        lived(tell(*TOLD[1:]))
        lived(receive())

    hold = run._hold_live

    def held() -> None:
        beside = Thread(target=more)
        beside.start()
        beside.join()
        hold()
        assert withdrawal.start()

    monkeypatch.setattr(run, "_hold_live", held)
    done = rebuild_from_stream()
    withdrawal.join()
    assert (done.messages, done.differences) == (5, [])
    assert not Contribution.objects.filter(instance="b").exists()


def test_messages_and_adding_up_wait_for_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    lived(tell(*TOLD))
    lived(receive())
    facts_aggregate()
    beside = [
        Beside(lambda: handlers.code_patterns([patterns("c", 9, "later")])),
        Beside(facts_aggregate),
    ]
    hold = run._hold_live

    def held() -> None:
        hold()
        assert [one.start() for one in beside] == [True, True]

    monkeypatch.setattr(run, "_hold_live", held)
    assert rebuild_from_stream().differences == []
    for one in beside:
        one.join()
    assert Contribution.objects.filter(instance="c", key=signature("later")).exists()


def test_what_waits_for_a_bridge_that_is_far_behind_is_not_all_kept_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lived(tell(*TOLD[:1]))
    lived(receive())
    lived(tell(*(patterns("a", 10 + number, "x") for number in range(3 * BATCH_MESSAGES))))
    read = 0
    batches, hold = StreamReader.batches, run._hold_live

    def counted(reader: StreamReader) -> Iterator[list[Letter]]:
        nonlocal read
        for letters in batches(reader):
            read += len(letters)
            yield letters

    def held() -> None:
        assert read <= 2 * BATCH_MESSAGES
        hold()

    monkeypatch.setattr(StreamReader, "batches", counted)
    monkeypatch.setattr(run, "_hold_live", held)
    monkeypatch.setattr(run, "BATCHES_PUT_BY", 1)
    done = rebuild_from_stream()
    assert (done.messages, done.differences) == (1, [])
    assert read == 1 + 3 * BATCH_MESSAGES


def test_a_stream_that_is_lost_on_the_way_is_said_in_one_line() -> None:
    lived(tell(*TOLD))
    lived(receive())

    def lose(_read: int, _all: int) -> None:
        beside = Thread(target=lived, args=(_no_stream(),))
        beside.start()
        beside.join()

    with pytest.raises(StreamUnreadable, match="cannot be read"):
        rebuild_from_stream(progress=lose)


def test_without_a_stream_it_says_how_to_make_one() -> None:
    lived(_no_stream())
    with pytest.raises(CommandError, match="nats_setup"):
        call_command("rebuild_from_stream")


async def _no_stream() -> None:
    async with connected(key=own_key()) as client:
        await client.jetstream().delete_stream(Stream.INTELLIGENCE)
