"""From an outbox row through JetStream into a handler, whatever happens on the way."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from nats.aio.client import Client
from nats.js.api import DiscardPolicy

from apps.shared.contracts.nkeys import NKey
from apps.shared.contracts.payloads import GlobalStatistics
from apps.shared.contracts.subjects import SERVICE
from apps.shared.nats_bridge import relay as relaying
from apps.shared.nats_bridge import window
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.models import InboxMessage, OutboxMessage
from apps.shared.nats_bridge.relay import Relay, SendingFailed
from apps.shared.nats_bridge.services import outbox_put, outbox_replace, outbox_take_back, sending
from apps.shared.nats_bridge.streams import stream_configs
from tests.common.bridge import INSTANCE, Site, in_database, ready, receive_all, report, send_all


def claim(relay: str = "r", limit: int = 100) -> list[int]:
    """Ids that a relay gets."""
    rows = sending.outbox_claim(
        name=INSTANCE, source=f"/instances/{INSTANCE}", relay=relay, limit=limit, size=10**6
    )
    return [row.id for row in rows]


def put(*revisions: int, **keys: Any) -> list[int]:
    return [outbox_put(payload=report(one), **keys).pk for one in revisions]


def unsent() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(sent_at=None).order_by("id"))


def test_a_queued_message_reaches_its_handler_once_and_in_order(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "WINDOW_MESSAGES", 7)
    put(*range(20), order_key="a")

    async def scenario() -> None:
        async with ready(site) as client:
            assert await send_all(client, site) == 20
            assert await receive_all(client, site) == 20
            assert await receive_all(client, site) == 0

    asyncio.run(scenario())
    assert site.came == list(range(20))
    assert not unsent()
    assert InboxMessage.objects.count() == 20


def test_a_window_is_bounded_in_bytes_and_never_empty(site: Site) -> None:
    put(1, 2, 3)
    size = OutboxMessage.objects.values_list("size", flat=True)[0]
    rows = sending.outbox_claim(name=INSTANCE, source="", relay="r", limit=10, size=2 * size)
    assert len(rows) == 2
    rows = sending.outbox_claim(name=INSTANCE, source="", relay="r", limit=10, size=1)
    assert len(rows) == 1


def test_no_relay_gets_what_comes_after_another_ones_message_of_the_key(site: Site) -> None:
    a = put(1, 2, 3, order_key="a")
    b = put(4, order_key="b")
    free = put(5, 6)
    assert claim("first", limit=1) == a[:1]
    assert claim("second") == [*b, *free]
    sending.outbox_mark_sent(ids=a[:1])
    assert claim("third") == a[1:]


def test_a_dead_relays_messages_are_taken_over_when_its_claim_runs_out(site: Site) -> None:
    ids = put(1, 2, order_key="a")
    assert claim("dead") == ids
    assert claim("next") == []
    OutboxMessage.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert claim("next") == ids


def test_what_a_relay_has_in_its_hands_is_not_taken_back(site: Site) -> None:
    first = put(1, state_key="s", order_key="s")
    assert claim() == first
    put(2, state_key="s", order_key="s")
    with transaction.atomic():
        assert outbox_take_back(state_key="s") == 0
    assert [row.pk for row in unsent()] == first
    outbox_replace(payload=report(3), state_key="s")
    assert len(unsent()) == 2


def test_of_a_state_two_messages_wait_however_often_sending_fails(site: Site) -> None:
    for revision in range(4):  # each is told while the relay has something in its hands
        held = claim()
        outbox_replace(payload=report(revision), state_key="s")
        sending.outbox_release(errors=dict.fromkeys(held, "away"), unheard=held, relay="r")
    first, last = unsent()
    assert claim() == [first.pk]
    sending.outbox_mark_sent(ids=[first.pk])
    assert claim() == [last.pk]


def test_one_set_aside_holds_nothing_up(site: Site) -> None:
    a = put(1, 2, 3, order_key="a")
    sending.outbox_set_aside(errors={a[0]: "too large"})
    assert claim() == a[1:]


def test_what_may_have_left_is_told_anew_and_stays_on_record(site: Site) -> None:
    """A relay died with the first, no answer came of the second, the third was refused."""
    dead, unheard, refused = put(1, 2, 3, state_key="s")
    assert claim("dead", limit=1) == [dead]
    OutboxMessage.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    OutboxMessage.objects.filter(pk__in=(unheard, refused)).update(claimed_by="r")
    errors = {unheard: "not acknowledged", refused: "the stream is full"}
    sending.outbox_release(errors=errors, unheard=[unheard], relay="r")
    with transaction.atomic():
        assert outbox_take_back(state_key="s") == 0
    kept = OutboxMessage.objects.exclude(sent_at=None)
    assert set(kept.values_list("pk", "may_have_left")) == {(dead, True), (unheard, True)}
    assert not unsent()


def test_whoever_takes_over_from_a_dead_relay_remembers_it(site: Site) -> None:
    (row,) = put(1, state_key="s")
    assert claim("dead") == [row]
    OutboxMessage.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert claim("next") == [row]
    assert OutboxMessage.objects.get(pk=row).may_have_left
    sending.outbox_mark_sent(ids=[row])
    assert not OutboxMessage.objects.get(pk=row).may_have_left


def test_another_sites_messages_stay_where_they_are(site: Site) -> None:
    put(1)
    OutboxMessage.objects.update(instance="another")
    assert claim() == []


def test_a_message_sent_again_after_a_crash_is_applied_once(site: Site) -> None:
    """The relay dies after JetStream has taken the message and before the row is marked."""
    put(1)

    async def scenario() -> None:
        async with ready(site) as client:
            await send_all(client, site)
            await in_database(OutboxMessage.objects.update, sent_at=None)
            await send_all(client, site)
            info = await client.jetstream().stream_info("INTELLIGENCE")
            assert info.state.messages == 1  # its duplicate window
            await client.jetstream().purge_stream("INTELLIGENCE")
            await receive_all(client, site)

    asyncio.run(scenario())
    assert not unsent()


def test_a_message_sent_again_after_the_duplicate_window_is_applied_once(site: Site) -> None:
    put(1)

    async def scenario() -> None:
        async with ready(site) as client:
            await send_all(client, site)
            await receive_all(client, site)
            await client.jetstream().delete_stream("INTELLIGENCE")
        async with ready(site) as client:
            await in_database(OutboxMessage.objects.update, sent_at=None)
            await send_all(client, site)
            assert await receive_all(client, site) == 1

    asyncio.run(scenario())
    assert site.came == [1]


def test_two_relays_at_once_send_each_message(site: Site) -> None:
    put(*range(30))
    put(*range(30, 60), order_key="a")

    async def scenario() -> None:
        async with ready(site) as one, connected(key=NKey.from_seed(site.seeds[SERVICE])) as two:
            sent = await asyncio.gather(send_all(one, site), send_all(two, site))
            assert sum(sent) == 60
            await receive_all(one, site)

    asyncio.run(scenario())
    assert sorted(site.came) == list(range(60))
    assert [one for one in site.came if one >= 30] == list(range(30, 60))


async def failing(client: Client, site: Site) -> str:
    """Why sending fails."""
    with DatabaseThreads("relay") as database:
        with pytest.raises(SendingFailed) as error:
            await Relay(client, site.sender(), database).send_some()
        return str(error.value)


def test_without_a_stream_messages_stay_free_for_compaction_and_go_later(site: Site) -> None:
    put(1, 2)

    async def scenario() -> None:
        async with connected(key=NKey.from_seed(site.seeds[SERVICE])) as client:
            assert "nats_setup" in await failing(client, site)
            for row in await in_database(unsent):
                assert (row.attempts, row.claimed_until, bool(row.error)) == (1, None, True)
        async with ready(site) as client:
            assert await send_all(client, site) == 2

    asyncio.run(scenario())
    assert not unsent()


def test_a_full_stream_keeps_what_it_has_and_the_sender_the_rest(site: Site) -> None:
    put(*range(5), order_key="a")

    async def scenario() -> None:
        async with ready(site) as client:
            config = stream_configs()[0].evolve(max_msgs=2)
            assert config.discard == DiscardPolicy.NEW
            await client.jetstream().update_stream(config)
            assert "maximum messages exceeded" in await failing(client, site)
            assert len(await in_database(unsent)) == 3
            await client.jetstream().update_stream(config.evolve(max_msgs=-1))
            await send_all(client, site)
            await receive_all(client, site)

    asyncio.run(scenario())
    assert site.came == list(range(5))


def test_a_message_too_large_is_set_aside_and_blocks_nothing(site: Site) -> None:
    large, *_ = put(1, 2, 3, order_key="a")
    OutboxMessage.objects.filter(id=large).update(data=b" " * 600_000)

    async def scenario() -> None:
        async with ready(site) as client:
            await send_all(client, site)
            await receive_all(client, site)

    asyncio.run(scenario())
    assert site.came == [2, 3]
    (row,) = unsent()
    assert row.set_aside_at is not None
    assert "too large" in row.error
    assert sending.outbox_send_again(ids=[row.pk]) == 1
    assert claim() == [row.pk]


def test_of_what_tells_all_of_a_state_the_stream_keeps_the_last(site: Site) -> None:
    told = GlobalStatistics(
        revision=0, generated_at=timezone.now(), instances={}, codebases=0, files=0, chunks=0
    )
    for revision in range(3):
        outbox_put(payload=told.model_copy(update={"revision": revision}))

    async def scenario() -> None:
        async with ready(site) as client:
            assert await send_all(client, site) == 3
            subject = "intelligence.insights.statistics"
            last = await client.jetstream().get_last_msg("INSIGHTS", subject)
            assert json.loads(last.data or b"")["revision"] == 2
            info = await client.jetstream().stream_info("INSIGHTS")
            assert info.state.messages == 1

    asyncio.run(scenario())


def test_a_connection_lost_in_the_middle_frees_the_messages_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task is cancelled while acknowledgements are missing, as it is when NATS goes."""
    put(1, 2)

    async def never(*_: Any, **__: Any) -> asyncio.Future[Any]:
        return asyncio.get_running_loop().create_future()

    async def scenario() -> None:
        async with ready(site) as client:
            with DatabaseThreads("relay") as database:
                relay = Relay(client, site.sender(), database)
                monkeypatch.setattr(relay._publisher, "publish", never)
                task = asyncio.create_task(relay.send_some())
                await asyncio.sleep(0.5)
                task.cancel()
                await asyncio.wait([task])

    asyncio.run(scenario())
    assert len(claim()) == 2


def test_missing_acknowledgements_are_given_up_after_a_while(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "ACK_SECONDS", 0.2)
    monkeypatch.setattr(window, "MARK_SECONDS", 0.1)
    put(1)

    async def scenario() -> None:
        async with ready(site) as client:
            await client.subscribe("nobody.acknowledges")
            await in_database(OutboxMessage.objects.update, subject="nobody.acknowledges")
            assert await failing(client, site) == "not acknowledged"

    asyncio.run(scenario())
    (row,) = unsent()
    assert (row.attempts, row.error, row.claimed_until) == (1, "not acknowledged", None)
    assert row.may_have_left
