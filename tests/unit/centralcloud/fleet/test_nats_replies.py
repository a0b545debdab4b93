"""The server answers to whatever reply subject a question names: it must reach nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext

from apps.shared.contracts.subjects import (
    INSTANCES_BUCKET,
    MESSAGES,
    MODELS_STORE,
    STREAM_SUBJECTS,
    Way,
    instance_store,
)
from apps.shared.nats_bridge.names import (
    ACK,
    chunk_subject,
    direct_subject,
    inbox_prefix,
    instance_publishes,
    next_subject,
    presence_subject,
    store_stream,
    stream_info_subject,
)
from apps.shared.nats_bridge.setup import audiences_ensure, streams_ensure
from tests.common.nats_place import Place, all_sent, place_open

QUESTIONS = [message.subject for message in MESSAGES if message.way == Way.REQUEST]
UP = [message.subject for message in MESSAGES if message.way == Way.UP]
MINE, THEIRS = instance_store("acme"), instance_store("beta")
STREAMS = [
    *STREAM_SUBJECTS,
    f"KV_{INSTANCES_BUCKET}",
    *(store_stream(one) for one in (MODELS_STORE, MINE, THEIRS)),
]
FOR_ALL = "intelligence.insights.statistics"
NEXT = next_subject("INSIGHTS", "acme")
NEXT_ANSWERS = next_subject("KNOWLEDGE", "acme")
DIRECT = direct_subject(MODELS_STORE)
COMMON = chunk_subject(MODELS_STORE, "x")
ASKED = [
    *((NEXT, body) for body in (b"", b"{", b'{"no_wait":true,"batch":1}', b'{"batch":-1}')),
    *((NEXT_ANSWERS, body) for body in (b"", b"{", b'{"no_wait":true,"batch":1}')),
    (NEXT, b'{"expires":50000000,"batch":1}'),
    (DIRECT, b""),
    (DIRECT, b"{"),
    (DIRECT, b'{"seq":1}'),
    (DIRECT, b'{"seq":999}'),
    (DIRECT, json.dumps({"next_by_subj": COMMON, "seq": 1, "batch": 5}).encode()),
    (DIRECT, json.dumps({"multi_last": ["$O.none.C.x"]}).encode()),
    (stream_info_subject(MINE), b""),
    (stream_info_subject(MINE), b"{"),
    *((f"$JS.API.CONSUMER.INFO.{stream}.acme", b"") for stream in ("INSIGHTS", "KNOWLEDGE")),
    (f"{ACK}.INSIGHTS.acme.1.1.1.1.1", b""),
    (f"{ACK}.INSIGHTS.acme.1.1.1.1.1", b"+NXT"),
    (presence_subject("acme"), b""),
    (chunk_subject(MINE, "x"), b""),
    (UP[0], b""),
    *((subject, b"") for subject in QUESTIONS),
]
"""Each thing that an instance may ask, with whatever makes the server answer differently."""


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with place_open(fill) as place:
        yield place


async def fill(place: Place) -> None:
    """Something in every stream."""
    async with place.client("centralcloud") as cloud:
        await streams_ensure(cloud)
        await audiences_ensure(cloud, ["acme", "beta"])
        streams = cloud.jetstream()
        of_stores = [chunk_subject(one, "x") for one in (MODELS_STORE, MINE, THEIRS)]
        others = [UP[0], FOR_ALL, "knowledge.cache.update.any", presence_subject("beta")]
        for subject in [*of_stores, *others]:
            await streams.publish(subject, b"{}")
        assert min((await held(streams)).values()) > 0


async def held(streams: JetStreamContext) -> dict[str, int]:
    """How many messages each stream has; an error where one is gone."""
    return {one: (await streams.stream_info(one)).state.messages for one in STREAMS}


@asynccontextmanager
async def answering(place: Place) -> AsyncIterator[Client]:
    """Centralcloud answers questions with nothing, which the API of streams takes for a request."""
    async with place.client("centralcloud") as cloud:

        async def answer(question: Any) -> None:
            await question.respond(b"")

        for subject in QUESTIONS:
            await cloud.subscribe(subject, cb=answer)
        await all_sent(cloud)
        yield cloud


async def ask_all(client: Client, reply: str) -> None:
    """Ask everything with a reply subject; returns when all of it was answered.

    A message's trace (NATS ADR-41) is one more answer, to a subject that a header names.
    """
    for subject, body in ASKED:
        await client.publish(subject, body, reply=reply)
        await client.publish(subject, body, headers={"Nats-Trace-Dest": reply})
    await all_sent(client)
    await asyncio.sleep(0.15)  # the pull request that expires, and answers to it
    for subject in (QUESTIONS[-1], stream_info_subject(MINE)):
        await client.request(subject, b"", timeout=5)


def api_replies() -> list[str]:
    verbs = ("DELETE", "PURGE", "MSG.DELETE", "CREATE", "UPDATE", "SNAPSHOT", "RESTORE")
    of_streams = [f"$JS.API.STREAM.{verb}.{one}" for one in STREAMS for verb in verbs]
    of_consumers = [
        f"$JS.API.CONSUMER.{verb}.{consumer}"
        for verb in ("DELETE", "PAUSE", "RESET", "UNPIN")
        for consumer in ("INSIGHTS.acme", "INSIGHTS.beta", "INTELLIGENCE.centralcloud")
    ]
    return [*of_streams, *of_consumers, "$JS.API.ACCOUNT.PURGE.centralcloud"]


def test_no_answer_reaches_the_api_of_streams(place: Place) -> None:
    """Not under its own name, nor under the one that an instance's account has for it."""

    async def attack() -> None:
        async with answering(place) as cloud, place.client("acme") as client:
            streams = cloud.jetstream()
            before, theirs = await held(streams), await streams.consumer_info("INSIGHTS", "beta")
            for reply in api_replies():
                for name in (reply, reply.replace("$JS.API", "centralcloud.api")):
                    for subject, body in ASKED:
                        await client.publish(subject, body, reply=name)
                    await client.publish(UP[0], b"", headers={"Nats-Trace-Dest": name})
            await ask_all(client, "$JS.API.STREAM.DELETE.INSIGHTS")
            after = await held(streams)
            for grown in ("INTELLIGENCE", store_stream(MINE)):
                assert after.pop(grown) >= before.pop(grown)
            after.pop("KV_instances"), before.pop("KV_instances")  # its own key is renewed
            assert after == before
            now = await streams.consumer_info("INSIGHTS", "beta")
            assert now.num_pending == theirs.num_pending
            assert now.config == theirs.config

    asyncio.run(attack())


def test_no_answer_reaches_what_is_anothers(place: Place) -> None:
    """Neither by the names of what the other may send, which one's own account does not have."""

    async def attack() -> None:
        async with (
            answering(place) as cloud,
            place.client("acme") as client,
            place.client("beta") as beta,
        ):
            streams, seen = cloud.jetstream(), list[str]()

            async def see(message: Any) -> None:
                seen.append(message.subject)

            await beta.subscribe(f"{inbox_prefix('beta')}.>", cb=see)
            await cloud.subscribe(f"{inbox_prefix('centralcloud')}.1", cb=see)
            await all_sent(beta)
            for number in range(3):
                await streams.publish(FOR_ALL, b"%d" % number)
            pull = await streams.pull_subscribe_bind("beta", "INSIGHTS")
            delivered = (await pull.fetch(1, timeout=5))[0]
            seen.clear()
            before, theirs = (
                await held(streams),
                await streams.consumer_info("INSIGHTS", "beta"),
            )
            replies = [
                *(one for one in instance_publishes("beta") if "*" not in one and ">" not in one),
                *(chunk_subject(THEIRS, "x"), FOR_ALL, "knowledge.cache.update.any", COMMON),
                *(f"{inbox_prefix('beta')}.1", f"{inbox_prefix('centralcloud')}.1"),
                *(delivered.reply, "_R_.1"),
            ]
            not_mine = set(replies) - set(instance_publishes("acme"))
            for reply in not_mine:
                await ask_all(client, reply)
            assert seen == []
            after, now = await held(streams), await streams.consumer_info("INSIGHTS", "beta")
            same = ("INSIGHTS", "KNOWLEDGE", store_stream(MODELS_STORE), store_stream(THEIRS))
            assert [after[one] for one in same] == [before[one] for one in same]
            waits = (theirs.num_pending, theirs.num_ack_pending)
            assert (now.num_pending, now.num_ack_pending) == waits
            assert waits[1] == 1

    asyncio.run(attack())
