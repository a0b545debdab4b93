"""Instances in accounts of their own: each is answered, and none sees what is another's.

Where it says so, an instance may do everything in its account: then the account alone holds.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from apps.centralcloud.fleet.engine.nats_users import INSTANCE_CONNECTIONS, users_text
from apps.shared.contracts.answers import answer_decode
from apps.shared.contracts.event import event_encode, event_of
from apps.shared.contracts.payloads import PackagesAnswer, PackagesQuery
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.subjects import (
    CENTRALCLOUD,
    MESSAGES,
    MODELS_STORE,
    SERVICE,
    STREAM_SUBJECTS,
    Stream,
    Way,
    instance_source,
    instance_store,
)
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.names import (
    chunk_subject,
    inbox_prefix,
    instance_publishes,
    next_subject,
    store_stream,
)
from apps.shared.nats_bridge.pull import Pull
from apps.shared.nats_bridge.queries import QueryService
from apps.shared.nats_bridge.relay import Sender
from apps.shared.nats_bridge.setup import audiences_ensure, streams_ensure
from apps.shared.nats_bridge.wiring import Wiring
from tests.common.nats_place import Place, all_sent, place_open
from tests.common.processes import eventually

QUESTION = "centralcloud.query.packages"
FOR_ALL = "intelligence.insights.statistics"
UP = [message.subject for message in MESSAGES if message.way == Way.UP]
STORES = [store_stream(one) for one in (MODELS_STORE, instance_store("acme"))]
OWN = {name: len(name) for name in ("acme", "beta")}
"""What only this one is told, beside what it asks for."""


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with place_open(prepare) as place:
        yield place


async def prepare(place: Place) -> None:
    async with place.client(SERVICE) as cloud:
        await streams_ensure(cloud)
        await audiences_ensure(cloud, ["acme", "beta"])
        for store in (MODELS_STORE, instance_store("acme")):
            await cloud.jetstream().publish(chunk_subject(store, "x"), b"{}")


@pytest.fixture
def unbound(place: Place) -> Iterator[Place]:
    """Each instance may send and hear whatever there is in its account."""
    instances = [(name, place.keys[name].public) for name in ("acme", "beta")]
    text = users_text(centralcloud=place.keys[SERVICE].public, instances=instances)
    open_to_all, lists = re.subn(r"allow: \[.*?\]", 'allow: [ ">" ]', text, flags=re.DOTALL)
    assert lists == 4
    place.nats.write_users(open_to_all)
    yield place
    place.let_in("acme", "beta")


def answer(query: Payload, *, instance: str) -> PackagesAnswer:
    assert isinstance(query, PackagesQuery)
    return PackagesAnswer(total=query.limit + OWN[instance])


@asynccontextmanager
async def answering(place: Place) -> AsyncIterator[None]:
    """Centralcloud's own service, on its own connection."""

    def keys_of(source: str, **_when: Any) -> tuple[str, ...]:
        return (place.keys[source.rpartition("/")[2]].public,)

    wiring = Wiring(handlers={}, senders=keys_of, questions={QUESTION: answer})
    sender = Sender(SERVICE, CENTRALCLOUD, place.keys[SERVICE])
    with DatabaseThreads("questions", 2) as threads:
        async with place.client(SERVICE) as own, place.client(SERVICE) as other:
            task = asyncio.create_task(QueryService(own, sender, wiring, threads).run())
            await until_there(other)
            try:
                yield
            finally:
                task.cancel()
                await asyncio.wait([task])


async def until_there(client: Client) -> None:
    """Its endpoints are made one after another, and the last one is found last."""
    for _ in range(100):
        try:
            found = json.loads((await client.request(f"$SRV.INFO.{SERVICE}", timeout=1)).data)
        except NoRespondersError:
            found = {"endpoints": []}
        if found["endpoints"]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the service is not found")


async def ask(place: Place, client: Client, name: str, limit: int) -> Payload:
    """The verified answer to a question that ``name`` signs."""
    question = event_of(PackagesQuery(limit=limit), subject=QUESTION, source=instance_source(name))
    headers = event_encode(question, place.keys[name])
    reply = await client.request(QUESTION, question.data, headers=headers, timeout=10)

    def keys_of(_source: str) -> tuple[str, ...]:
        return (place.keys[SERVICE].public,)

    return answer_decode(
        question=question, headers=reply.headers or {}, data=reply.data, keys_of=keys_of
    )


@pytest.mark.django_db(transaction=True)
def test_each_gets_the_answer_to_its_own_question(place: Place) -> None:
    async def scenario() -> list[Payload]:
        async with (
            answering(place),
            place.client("acme") as acme,
            place.client("beta") as beta,
        ):
            both = ((name, client) for name, client in (("acme", acme), ("beta", beta)))
            asked = [ask(place, client, name, 10) for name, client in both for _ in range(5)]
            return await asyncio.gather(*asked)

    told = asyncio.run(scenario())
    assert told == [PackagesAnswer(total=10 + OWN[name]) for name in OWN for _ in range(5)]


def test_nobody_there_is_known_at_once(place: Place) -> None:
    async def scenario() -> None:
        async with place.client("acme") as client:
            await client.request(QUESTION, b"", timeout=10)

    with pytest.raises(NoRespondersError):
        asyncio.run(scenario())


@pytest.mark.django_db(transaction=True)
def test_nothing_of_one_is_heard_by_another_that_listens_to_all(unbound: Place) -> None:
    """Its questions and answers, what it is sent, what it tells, what it puts into its store."""
    heard: list[str] = []

    async def hear(message: Any) -> None:
        heard.append(message.subject)

    async def scenario() -> list[bytes]:
        async with (
            answering(unbound),
            unbound.client("acme") as acme,
            unbound.client("beta") as beta,
            unbound.client(SERVICE) as cloud,
        ):
            for subject in (">", f"{inbox_prefix('acme')}.>", "_R_.>", "$JS.>", "centralcloud.>"):
                await beta.subscribe(subject, cb=hear)
            await all_sent(beta)
            assert await ask(unbound, acme, "acme", 1) == PackagesAnswer(total=1 + OWN["acme"])
            for subject in (UP[0], chunk_subject(instance_store("acme"), "y")):
                await acme.jetstream().publish(subject, b"{}")
            await cloud.jetstream().publish(FOR_ALL, b"news")
            async with Pull(acme, stream=Stream.INSIGHTS, consumer="acme") as pull:
                batch = await pull.batch(wait=10)
                await batch[-1].ack_sync(timeout=10)
            await beta.publish("mine", b"")
            await all_sent(beta)
            await asyncio.to_thread(eventually, lambda: "mine" in heard)
            return [one.data for one in batch]

    assert asyncio.run(scenario()) == [b"news"]
    assert heard == ["mine"]


def reaching() -> list[str]:
    """What another instance sends to, and what only Centralcloud may."""
    streams = [*STREAM_SUBJECTS, *STORES]
    verbs = ("INFO", "MSG.GET", "PURGE", "DELETE", "UPDATE", "CREATE", "SNAPSHOT")
    of_streams = [f"$JS.API.STREAM.{verb}.{one}" for verb in verbs for one in streams]
    direct = [f"$JS.API.DIRECT.GET.{one}" for one in streams if one != STORES[0]]
    others = set(instance_publishes("acme")) - set(instance_publishes("beta"))
    of_acme = [re.sub(r"[*>]", "1.1.1.1.1" if "ACK" in one else "x", one) for one in others]
    under_its_name = [
        one.replace("$JS.API", "centralcloud.api") for one in (*of_streams, *direct, *of_acme)
    ]
    more = ["$JS.API.STREAM.NAMES", "$JS.API.INFO", "$SRV.PING", FOR_ALL, "$KV.instances.acme"]
    return sorted({*of_streams, *direct, *of_acme, *under_its_name, *more})


def test_what_is_anothers_or_centralclouds_is_not_there(unbound: Place) -> None:
    async def scenario() -> tuple[list[str], bool]:
        async with unbound.client("beta") as beta, unbound.client(SERVICE) as cloud:
            before = await state(cloud)
            answered = [subject for subject in reaching() if await is_answered(beta, subject)]
            return answered, await state(cloud) == before

    assert asyncio.run(scenario()) == ([], True)


async def is_answered(client: Client, subject: str) -> bool:
    try:
        await client.request(subject, b"", timeout=10)
    except NoRespondersError:
        return False
    return True


async def state(cloud: Client) -> dict[str, int]:
    """The number of each stream's newest message."""
    streams = await cloud.jetstream().streams_info()
    return {str(one.config.name): one.state.last_seq for one in streams}


def test_an_open_request_is_answered_over_the_enrolment_of_others(place: Place) -> None:
    """Who waits for messages has none of them come late because accounts are read anew."""

    async def scenario() -> list[bytes]:
        async with place.client(SERVICE) as cloud, place.client("beta") as beta:
            inbox = beta.new_inbox()
            answers = await beta.subscribe(inbox)
            asked = {"batch": 100, "expires": 20_000_000_000}
            subject = next_subject(Stream.INSIGHTS, "beta")
            await beta.publish(subject, json.dumps(asked).encode(), reply=inbox)
            await all_sent(beta)
            await asyncio.to_thread(place.let_in, "beta")
            await asyncio.to_thread(place.let_in, "acme", "beta")
            await cloud.jetstream().publish(FOR_ALL, b"the last")
            came = [b""]
            while came[-1] != b"the last":
                came.append((await answers.next_msg(timeout=10)).data)
            return came

    assert len(asyncio.run(scenario())) > 1


def test_one_cannot_take_all_connections(place: Place) -> None:
    async def scenario() -> None:
        async with AsyncExitStack() as taken:
            for _ in range(INSTANCE_CONNECTIONS):
                await taken.enter_async_context(place.client("acme"))
            with pytest.raises(NatsError, match="maximum account active connections"):
                await taken.enter_async_context(place.client("acme"))
            beta = await taken.enter_async_context(place.client("beta"))
            assert beta.is_connected

    asyncio.run(scenario())
