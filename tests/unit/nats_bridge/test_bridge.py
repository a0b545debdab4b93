"""The whole bridge of an instance, in its own loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection

from apps.shared.contracts.payloads import Heartbeat
from apps.shared.nats_bridge import relay
from apps.shared.nats_bridge.bridge import Bridge, bridge_threads
from apps.shared.nats_bridge.models import BridgeState, OutboxMessage
from apps.shared.nats_bridge.services import outbox_put
from apps.shared.nats_bridge.wiring import Wiring
from tests.common.bridge import INSTANCE, Site, in_database, ready, receive_all, report, until


@asynccontextmanager
async def running(wiring: Wiring, said: list[str]) -> AsyncIterator[Bridge]:
    """A bridge that runs beside the test."""
    with bridge_threads() as threads:
        bridge = Bridge(wiring, threads, said.append)
        task = asyncio.create_task(bridge.run())
        try:
            yield bridge
        finally:
            task.cancel()
            await asyncio.wait([task])


def nothing_unsent() -> bool:
    return not OutboxMessage.objects.filter(sent_at=None).exists()


def test_what_is_queued_while_it_runs_is_sent_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL wakes the relay; its own look into the outbox would come too late."""
    monkeypatch.setattr(relay, "POLL_SECONDS", 600)
    wiring = Wiring(handlers={}, senders=site.keys_of)

    async def scenario() -> None:
        async with ready(site) as client, running(wiring, []):
            await until(lambda: BridgeState.objects.filter(connected=True).exists())
            await in_database(outbox_put, payload=report(1))
            await until(nothing_unsent)
            assert await receive_all(client, site) == 1

    asyncio.run(scenario())
    assert site.came == [1]


def test_who_listens_connects_with_all_that_the_database_url_says(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Certificates, for one; here a name that PostgreSQL shows."""
    given = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(given, "application_name", "listener of the test")

    def listening() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE application_name = 'listener of the test' AND query LIKE 'LISTEN%'"
            )
            return bool(cursor.fetchone()[0])

    async def scenario() -> None:
        async with running(Wiring(handlers={}, senders=site.keys_of), []):
            await until(listening, seconds=10)

    asyncio.run(scenario())


def test_an_instance_without_a_consumer_says_so_once_and_sends_all_the_same(site: Site) -> None:
    said: list[str] = []
    wiring = Wiring(
        handlers={"intelligence.insights.statistics": site.handle}, senders=site.keys_of
    )

    async def scenario() -> None:
        async with ready(site), running(wiring, said):
            await in_database(outbox_put, payload=report(1))
            await until(nothing_unsent)

    asyncio.run(scenario())
    assert sum("Waiting for Centralcloud" in line for line in said) == 1


def test_a_heartbeat_replaces_an_unsent_one_and_renews_the_key(site: Site) -> None:
    beat = Heartbeat(version="1", mode="read-write", started_at=datetime.now(UTC))
    wiring = Wiring(handlers={}, senders=site.keys_of, heartbeat=lambda: beat)

    async def scenario() -> None:
        async with ready(site) as client, running(wiring, []):
            await until(lambda: OutboxMessage.objects.exclude(sent_at=None).exists())
            bucket = await client.jetstream().key_value("instances")
            entry = await bucket.get(INSTANCE)
            assert entry.value == beat.model_dump_json(exclude_defaults=True).encode()
            jetstream = client.jetstream()
            message = await jetstream.get_last_msg(
                "INTELLIGENCE", "intelligence.instance.heartbeat"
            )
            assert message.headers is not None
            assert message.headers["Nats-TTL"] == "300"

    asyncio.run(scenario())
