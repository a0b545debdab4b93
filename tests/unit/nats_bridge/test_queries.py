"""Centralcloud answers verified questions, and tells others why it does not."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.db import connection
from nats.aio.client import Client
from nats.aio.msg import Msg

from apps.shared.contracts.event import event_encode, event_of
from apps.shared.contracts.nkeys import NKey, seed_new
from apps.shared.contracts.payloads import PackagesAnswer, PackagesQuery, StatisticsQuery
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.subjects import CENTRALCLOUD, SERVICE, instance_source
from apps.shared.nats_bridge import queries
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.queries import QueryService
from apps.shared.nats_bridge.relay import Sender
from apps.shared.nats_bridge.services import answering, asking
from apps.shared.nats_bridge.services.asking import NoAnswer, ask
from apps.shared.nats_bridge.setup import streams_ensure
from apps.shared.nats_bridge.wiring import Wiring
from tests.common.bridge import INSTANCE, Site

SUBJECT = "centralcloud.query.packages"
Answer = Callable[..., Payload]


def answer(query: Payload, *, instance: str) -> PackagesAnswer:
    assert isinstance(query, PackagesQuery)
    return PackagesAnswer(total=query.limit + len(instance))


@asynccontextmanager
async def service(site: Site, reply: Answer = answer) -> AsyncIterator[Client]:
    """The service runs; the connection is another one, for questions."""
    wiring = Wiring(handlers={}, senders=site.keys_of, questions={SUBJECT: reply})
    key = NKey.from_seed(site.seeds[SERVICE])
    with DatabaseThreads("questions", 4) as threads:
        async with connected(key=key) as own, connected(key=key) as client:
            sender = Sender(SERVICE, CENTRALCLOUD, key)
            task = asyncio.create_task(QueryService(own, sender, wiring, threads).run())
            await until_found(client)
            try:
                yield client
            finally:
                task.cancel()
                await asyncio.wait([task])


async def until_found(client: Client) -> dict[str, Any]:
    """As `nats micro info centralcloud` finds it."""
    for _ in range(100):
        try:
            reply = await client.request(f"$SRV.INFO.{SERVICE}", timeout=1)
        except Exception:  # noqa: BLE001  nobody there yet
            await asyncio.sleep(0.05)
            continue
        info: dict[str, Any] = json.loads(reply.data)
        if info["endpoints"]:
            return info
    raise AssertionError("the service is not found")


async def question(client: Client, seed: str, name: str = INSTANCE, data: bytes = b"") -> Msg:
    event = event_of(PackagesQuery(), subject=SUBJECT, source=instance_source(name))
    headers = event_encode(event, NKey.from_seed(seed))
    return await client.request(SUBJECT, data or event.data, headers=headers, timeout=10)


def code(reply: Msg) -> str:
    return (reply.headers or {}).get("Nats-Service-Error-Code", "")


def asked(site: Site, settings: Any, reply: Answer = answer, **fields: Any) -> Payload:
    """The answer that the instance's own client gets, with Centralcloud's real key."""
    (settings.KEYS_DIR / f"{SERVICE}.seed").write_text(site.seeds[SERVICE])

    async def scenario() -> Payload:
        async with service(site, reply):
            return await asyncio.to_thread(ask, PackagesQuery(**fields))

    return asyncio.run(scenario())


def test_an_instance_gets_the_answer_to_its_question(site: Site, settings: Any) -> None:
    assert asked(site, settings, limit=7) == PackagesAnswer(total=7 + len(INSTANCE))


def test_an_answer_of_another_key_is_none(site: Site, settings: Any) -> None:
    (settings.KEYS_DIR / f"{SERVICE}.seed").write_text(seed_new())

    async def scenario() -> None:
        async with service(site):
            with pytest.raises(NoAnswer, match="not Centralcloud's"):
                await asyncio.to_thread(ask, PackagesQuery())

    asyncio.run(scenario())


def test_nobody_there_is_said_in_a_line(site: Site) -> None:
    with pytest.raises(NoAnswer, match="its bridge is away"):
        ask(StatisticsQuery())


def test_whoever_answers_a_moment_later_is_heard(
    site: Site, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its users were read anew, nats-server forgets for a moment who answers."""
    (settings.KEYS_DIR / f"{SERVICE}.seed").write_text(site.seeds[SERVICE])
    monkeypatch.setattr(asking, "PAUSES_SECONDS", (0.2,) * 100)

    async def scenario() -> Payload:
        told = asyncio.create_task(asyncio.to_thread(ask, PackagesQuery(limit=1)))
        await asyncio.sleep(0.5)
        async with service(site):
            return await told

    assert asyncio.run(scenario()) == PackagesAnswer(total=1 + len(INSTANCE))


def test_who_is_not_enrolled_or_forges_gets_no_answer(site: Site) -> None:
    async def scenario() -> None:
        async with service(site) as client:
            assert code(await question(client, seed_new(), "nobody")) == "403"
            assert code(await question(client, site.seeds["two"])) == "403"
            assert code(await question(client, site.seeds[INSTANCE], data=b"{}x")) == "403"
            assert code(await client.request(SUBJECT, b"?")) == "400"
            assert code(await question(client, site.seeds[INSTANCE])) == ""

    asyncio.run(scenario())


@pytest.mark.parametrize("reply", ["$JS.API.STREAM.PURGE.KNOWLEDGE", "_INBOX_two.stolen"])
def test_an_answer_goes_to_the_askers_inbox_and_nowhere_else(site: Site, reply: str) -> None:
    """Centralcloud may do everything on NATS, so it must not be made to send where others want."""
    stolen: list[Msg] = []
    came = asyncio.Event()

    async def take(message: Msg) -> None:
        stolen.append(message)
        came.set()

    async def scenario() -> None:
        async with service(site) as client:
            await streams_ensure(client)
            await client.jetstream().publish("knowledge.cache.update.any", b"an answer")
            await client.subscribe("_INBOX_two.*", cb=take)
            event = event_of(PackagesQuery(), subject=SUBJECT, source=instance_source(INSTANCE))
            headers = event_encode(event, NKey.from_seed(site.seeds[INSTANCE]))
            await client.publish(SUBJECT, event.data, reply=reply, headers=headers)
            assert code(await question(client, site.seeds[INSTANCE])) == ""
            assert (await client.jetstream().stream_info("KNOWLEDGE")).state.messages == 1
            if reply.startswith("_INBOX_"):
                await asyncio.wait_for(came.wait(), 10)
            assert all(code(one) == "403" for one in stolen)

    asyncio.run(scenario())


def test_an_error_of_the_answer_says_nothing_of_the_inside(site: Site) -> None:
    def broken(query: Payload, *, instance: str) -> Payload:
        raise KeyError("a secret of the inside")

    async def scenario() -> None:
        async with service(site, broken) as client:
            reply = await question(client, site.seeds[INSTANCE])
            assert code(reply) == "500"
            assert "secret" not in str(reply.headers)

    asyncio.run(scenario())


def test_a_question_that_takes_too_long_is_ended(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "QUESTION_SECONDS", 0.2)

    def slow(query: Payload, *, instance: str) -> Payload:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")
        return PackagesAnswer()

    async def scenario() -> None:
        async with service(site, slow) as client:
            assert code(await question(client, site.seeds[INSTANCE])) == "504"

    asyncio.run(scenario())


def test_more_questions_than_may_be_asked_at_a_time_are_turned_away(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "AT_A_TIME", 2)
    go_on = threading.Event()

    def waiting(query: Payload, *, instance: str) -> Payload:
        go_on.wait(20)
        return PackagesAnswer()

    async def scenario() -> None:
        async with service(site, waiting) as client:
            asked = [asyncio.create_task(question(client, site.seeds[INSTANCE])) for _ in range(3)]
            done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            assert [code(one.result()) for one in done] == ["503"]
            go_on.set()
            assert sorted([code(await one) for one in asked]) == ["", "", "503"]

    asyncio.run(scenario())
