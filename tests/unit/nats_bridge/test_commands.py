"""The commands say in one line what is in the way, and end when they are told to."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.management import CommandError, call_command
from nats.aio.client import Client

from apps.shared.contracts.subjects import CENTRALCLOUD, SERVICE, instance_source
from apps.shared.core.identity import Identity
from apps.shared.nats_bridge import once, standing, streams
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.consumer import Consumer
from apps.shared.nats_bridge.models import BridgeState, OutboxMessage
from apps.shared.nats_bridge.received import Received
from apps.shared.nats_bridge.services import outbox_put
from tests.common import bridge
from tests.common.bridge import Site, ready, report, tell


@pytest.fixture
def wired(site: Site, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The test's handlers are those of the site."""
    monkeypatch.setattr(bridge, "SITE", site)
    settings.SITE_WIRING = "tests.common.bridge"
    return settings


@pytest.fixture
def centralcloud(wired: Any, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The process is Centralcloud's."""
    monkeypatch.setattr(bridge, "AUDIENCES", "tests.common.bridge.audiences")
    wired.IDENTITY = Identity(SERVICE, CENTRALCLOUD, site.seeds[SERVICE], tmp_path)
    return wired


def command(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_an_isolated_instance_has_nothing_to_carry(wired: Any) -> None:
    wired.ENVIRONMENT = replace(wired.ENVIRONMENT, nats_mode="isolated")
    assert "isolated" in command("nats_bridge")
    assert "isolated" in command("nats_bridge", "--once")


def test_who_is_not_enrolled_is_told_how(wired: Any, tmp_path: Path) -> None:
    wired.IDENTITY = Identity("new", "/instances/new", "", tmp_path)
    with pytest.raises(CommandError, match="instance_enroll new"):
        command("nats_bridge", "--once")


def test_nobody_there_is_one_line(wired: Any) -> None:
    wired.ENVIRONMENT = replace(wired.ENVIRONMENT, nats_urls=("nats://127.0.0.1:9",))
    with pytest.raises(CommandError, match="No connection to NATS"):
        command("nats_bridge", "--once")


def test_what_may_not_leave_is_held_back_before_anything_is_sent(
    centralcloud: Any, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("nats_setup")
    centralcloud.IDENTITY = Identity("one", instance_source("one"), site.seeds["one"], tmp_path)
    monkeypatch.setattr(bridge, "AUDIENCES", "")
    monkeypatch.setattr(bridge, "BEFORE_SENDING", "tests.common.bridge.outbox_empty")
    outbox_put(payload=report(1))
    assert command("nats_bridge", "--once") == "0 sent, 0 received.\n"


def test_only_centralcloud_sets_up(wired: Any) -> None:
    with pytest.raises(CommandError, match="belong to Centralcloud"):
        command("nats_setup")


def test_setting_up_and_one_round_each_way(
    centralcloud: Any, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = command("nats_setup")
    assert "Streams: INTELLIGENCE, INSIGHTS, KNOWLEDGE, KV_instances, OBJ_models." in said
    assert "Consumers: centralcloud, one, two." in said
    own = centralcloud.IDENTITY
    centralcloud.IDENTITY = Identity("one", instance_source("one"), site.seeds["one"], tmp_path)
    monkeypatch.setattr(bridge, "AUDIENCES", "")
    outbox_put(payload=report(1))
    assert command("nats_bridge", "--once") == "1 sent, 0 received.\n"
    centralcloud.IDENTITY = own
    monkeypatch.setattr(bridge, "AUDIENCES", "tests.common.bridge.audiences")
    assert command("nats_bridge", "--once") == "0 sent, 1 received.\n"
    assert site.came == [1]


def test_a_round_takes_what_another_bridge_had_when_it_died(
    centralcloud: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ACK_SECONDS", 2.0)

    async def scenario() -> None:
        async with ready(site) as client:
            for number in range(3):
                await tell(client, site, number)
            pull = await client.jetstream().pull_subscribe_bind(SERVICE, "INTELLIGENCE")
            assert len(await pull.fetch(2)) == 2

    asyncio.run(scenario())
    assert command("nats_bridge", "--once") == "0 sent, 3 received.\n"
    assert sorted(site.came) == [0, 1, 2]


def test_a_round_does_not_wait_for_what_it_gave_back_itself(centralcloud: Any, site: Site) -> None:
    """Once with the others and once alone: it would come again a few seconds later."""
    tries: list[int] = []

    def react(messages: Sequence[Received[Any]]) -> None:
        if any(one.payload.revision == 1 for one in messages):
            tries.append(len(messages))
            raise ValueError("cannot be applied")

    site.react = react

    async def scenario() -> None:
        async with ready(site) as client:
            for number in range(3):
                await tell(client, site, number)

    asyncio.run(scenario())
    assert command("nats_bridge", "--once") == "0 sent, 3 received.\n"
    assert sorted(site.came) == [0, 2]
    assert tries == [3, 1]


def test_a_round_does_not_wait_for_ever_for_what_another_bridge_keeps(
    centralcloud: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ACK_SECONDS", 1.0)

    async def scenario() -> None:
        async with ready(site) as client:
            for number in range(2):
                await tell(client, site, number)
            pull = await client.jetstream().pull_subscribe_bind(SERVICE, "INTELLIGENCE")
            (first,) = await pull.fetch(1)
            await first.nak(delay=600)
            await client.flush()

    asyncio.run(scenario())
    assert command("nats_bridge", "--once") == "0 sent, 1 received.\n"
    assert site.came == [1]


def test_a_round_ends_where_messages_never_cease(
    centralcloud: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ACK_SECONDS", 1.0)
    ended = threading.Event()
    told: list[int] = []

    async def tell_on() -> None:
        async with ready(site) as client:
            while not ended.is_set() and len(told) < 200:
                await tell(client, site, len(told))
                told.append(len(told))
                await asyncio.sleep(0.1)

    thread = threading.Thread(target=asyncio.run, args=[tell_on()])
    thread.start()
    said = command("nats_bridge", "--once")
    still_telling = len(told) < 200
    ended.set()
    thread.join()
    assert still_telling
    assert "0 sent, 0 received" not in said
    assert site.came == list(range(len(site.came)))


def suspend(process: psutil.Process) -> None:
    """Signals are obeyed a moment later."""
    process.suspend()
    while process.status() != psutil.STATUS_STOPPED:
        time.sleep(0.01)


def test_a_slow_server_is_asked_again_before_a_round_believes_that_there_is_no_consumer(
    centralcloud: Any, site: Site, monkeypatch: pytest.MonkeyPatch, nats_server: psutil.Process
) -> None:
    """It says nothing to the first question."""
    monkeypatch.setattr(standing, "ASK_SECONDS", 0.5)
    run_once = Consumer.run_once

    async def slowly(self: Consumer) -> int | None:
        suspend(nats_server)
        asyncio.get_running_loop().call_later(0.7, nats_server.resume)
        return await run_once(self)

    monkeypatch.setattr(Consumer, "run_once", slowly)

    async def scenario() -> None:
        async with ready(site) as client:
            await tell(client, site, 1)

    asyncio.run(scenario())
    try:
        assert command("nats_bridge", "--once") == "0 sent, 1 received.\n"
    finally:
        nats_server.resume()


def test_a_connection_lost_in_the_middle_of_a_round_is_one_line(
    centralcloud: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients: list[tuple[Client, asyncio.AbstractEventLoop]] = []

    @asynccontextmanager
    async def known(**arguments: Any) -> AsyncIterator[Client]:
        async with connected(**arguments) as client:
            clients.append((client, asyncio.get_running_loop()))
            yield client

    def react(_messages: Sequence[Received[Any]]) -> None:
        client, loop = clients[0]
        asyncio.run_coroutine_threadsafe(client.close(), loop).result(10)

    async def scenario() -> None:
        async with ready(site) as client:
            await tell(client, site, 1)

    asyncio.run(scenario())
    monkeypatch.setattr(once, "connected", known)
    site.react = react
    with pytest.raises(CommandError, match="Not everything was carried: nats: connection closed"):
        command("nats_bridge", "--once")


def test_a_round_without_a_consumer_sends_and_says_what_is_missing(
    wired: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = ("intelligence.insights.statistics", "knowledge.cache.update")
    monkeypatch.setattr(bridge, "HANDLERS", dict.fromkeys(read, "tests.common.bridge.handle"))
    outbox_put(payload=report(1))

    async def scenario() -> None:
        async with ready(site):
            pass

    asyncio.run(scenario())
    said = command("nats_bridge", "--once")
    assert said.startswith("1 sent, 0 received. Waiting for Centralcloud to make the consumer of")
    assert " in INSIGHTS and KNOWLEDGE;" in said


def test_what_cannot_be_sent_is_said_and_stays(wired: Any) -> None:
    outbox_put(payload=report(1))
    with pytest.raises(CommandError, match="nats_setup"):
        command("nats_bridge", "--once")
    assert OutboxMessage.objects.filter(sent_at=None, claimed_until=None).count() == 1


def test_sigterm_ends_a_running_bridge_in_order(centralcloud: Any, site: Site) -> None:
    def end_when_connected() -> None:
        until_connected()
        os.kill(os.getpid(), signal.SIGTERM)

    def until_connected() -> None:
        async def wait() -> None:
            await bridge.until(BridgeState.objects.filter(connected=True).exists)

        asyncio.run(wait())

    thread = threading.Thread(target=end_when_connected)
    thread.start()
    assert "Connected to NATS" in command("nats_bridge")
    thread.join()


def test_a_bridge_waits_until_its_instance_is_enrolled(
    wired: Any, site: Site, tmp_path: Path
) -> None:
    wired.IDENTITY = identity = Identity("one", "/instances/one", "", tmp_path)

    def enrol_and_end() -> None:
        async def wait() -> None:
            await bridge.until(BridgeState.objects.filter(detail__contains="enroll").exists)
            identity.seed_file.write_text(site.seeds["one"])
            await bridge.until(BridgeState.objects.filter(connected=True).exists)

        asyncio.run(wait())
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=enrol_and_end)
    thread.start()
    said = command("nats_bridge")
    thread.join()
    assert said.count("not enrolled") == 1
    assert "Connected" in said
