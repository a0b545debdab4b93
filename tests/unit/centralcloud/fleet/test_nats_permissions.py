"""What an instance's NATS user may do, and what it may not, on a real nats-server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig, StreamConfig

from apps.shared.contracts.subjects import (
    MESSAGES,
    MODELS_STORE,
    STREAM_SUBJECTS,
    Stream,
    Way,
    instance_store,
)
from apps.shared.nats_bridge.names import (
    chunk_subject,
    direct_subject,
    durable_name,
    inbox_prefix,
    object_subject,
    presence_subject,
    store_stream,
    stream_info_subject,
)
from apps.shared.nats_bridge.streams import instance_models, stream_configs
from tests.common.factories.fleet import key_new
from tests.common.nats_place import Place, all_sent, place_open
from tests.common.processes import eventually

OWN, OTHER = durable_name("acme"), durable_name("beta")
UP = [message.subject for message in MESSAGES if message.way == Way.UP]
QUESTIONS = [message.subject for message in MESSAGES if message.way == Way.REQUEST]
CHANGES = ("CREATE", "UPDATE", "DELETE", "PURGE", "MSG.GET", "MSG.DELETE", "SNAPSHOT", "RESTORE")
MESSAGE = "intelligence.insights.statistics"
CHANGED = "knowledge.cache.update.packages"
READ = {Stream.INSIGHTS: MESSAGE, Stream.KNOWLEDGE: CHANGED}
MINE, THEIRS = instance_store("acme"), instance_store("beta")
STORES = [store_stream(one) for one in (MODELS_STORE, MINE, THEIRS)]


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with place_open(streams_make) as place:
        yield place


@pytest.fixture(autouse=True)
def _both_let_in(place: Place) -> None:
    place.let_in("acme", "beta")


async def streams_make(place: Place) -> None:
    async with place.client("centralcloud") as client:
        streams = client.jetstream()
        for stream, subjects in STREAM_SUBJECTS.items():
            await streams.add_stream(StreamConfig(name=stream, subjects=subjects))
        for durable in (OWN, OTHER):
            for stream, subject in READ.items():
                config = ConsumerConfig(durable_name=durable, filter_subject=subject)
                await streams.add_consumer(stream, config)
        await streams.create_key_value(bucket="instances")
        common = [one for one in stream_configs() if one.name == store_stream(MODELS_STORE)]
        for store in [*common, instance_models("acme"), instance_models("beta")]:
            await streams.add_stream(store)


async def refusals(place: Place, act: Callable[[Client], Awaitable[Any]]) -> list[str]:
    """What the server says to something that ``acme`` tries."""
    errors: list[str] = []
    async with place.client("acme", errors) as client:
        await act(client)
        await all_sent(client)
        await asyncio.sleep(0.05)
    return [error for error in errors if "permissions violation" in error.lower()]


@pytest.mark.parametrize("subject", UP)
def test_it_sends_what_goes_up_and_hears_that_it_arrived(place: Place, subject: str) -> None:
    async def send() -> int:
        async with place.client("acme") as client:
            return (await client.jetstream().publish(subject, b"{}")).seq

    assert asyncio.run(send()) > 0


@pytest.mark.parametrize("subject", QUESTIONS)
def test_it_asks_and_is_answered(place: Place, subject: str) -> None:
    async def ask() -> bytes:
        async with place.client("centralcloud") as cloud, place.client("acme") as client:

            async def answer(question: Any) -> None:
                await question.respond(b"of " + question.data)

            await cloud.subscribe(subject, cb=answer)
            await all_sent(cloud)
            return bytes((await client.request(subject, b"acme", timeout=5)).data)

    assert asyncio.run(ask()) == b"of acme"


@pytest.mark.parametrize("stream", READ)
def test_it_reads_its_own_consumer(place: Place, stream: Stream) -> None:
    async def read() -> tuple[list[bytes], int]:
        async with place.client("centralcloud") as cloud, place.client("acme") as client:
            for number in range(3):
                await cloud.jetstream().publish(READ[stream], b"%d" % number)
            streams = client.jetstream()
            pull = await streams.pull_subscribe_bind(durable=OWN, stream=stream)
            messages = await pull.fetch(3, timeout=5)
            for message in messages:
                await message.ack_sync(timeout=5)
            info = await pull.consumer_info()
            return [message.data for message in messages], info.num_ack_pending or 0

    assert asyncio.run(read()) == ([b"0", b"1", b"2"], 0)


def test_it_renews_its_own_presence(place: Place) -> None:
    async def renew() -> bytes | None:
        async with place.client("centralcloud") as cloud, place.client("acme") as client:
            await client.jetstream().publish(presence_subject("acme"), b"here")
            bucket = await cloud.jetstream().key_value("instances")
            return (await bucket.get("acme")).value

    assert asyncio.run(renew()) == b"here"


@pytest.mark.parametrize(
    "subject",
    [
        *(">", "*", "intelligence.>", *UP, "$KV.instances.>", "$JS.>", "$SRV.>", "$SYS.>"),
        *(MESSAGE, "intelligence.insights.aggregated.beta", "centralcloud.query.*"),
        *(f"{inbox_prefix('beta')}.>", f"{inbox_prefix('centralcloud')}.>", "_INBOX.>"),
        *(f"{inbox_prefix('acme')}x.>", presence_subject("acme")),
    ],
)
def test_it_listens_to_nothing_but_its_inbox(place: Place, subject: str) -> None:
    assert asyncio.run(refusals(place, lambda client: client.subscribe(subject)))


@pytest.mark.parametrize(
    "subject",
    [
        *(MESSAGE, "intelligence.insights.aggregated.beta", "intelligence.anything", "anything"),
        *(CHANGED, "knowledge.cache.invalidate.packages"),
        *(presence_subject("beta"), f"{inbox_prefix('beta')}.1", "_INBOX.1", "$SRV.PING"),
        *(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{OTHER}" for stream in READ),
        *(f"$JS.ACK.{stream}.{OTHER}.1.1.1.1.1" for stream in READ),
        *(
            f"$JS.API.CONSUMER.{verb}.{stream}.{OTHER}"
            for stream in READ
            for verb in ("INFO", "DELETE", "RESET")
        ),
        *(
            f"$JS.API.CONSUMER.{verb}.{stream}.{OWN}"
            for stream in READ
            for verb in ("DELETE", "CREATE", "PAUSE")
        ),
        *("$JS.API.CONSUMER.CREATE.INTELLIGENCE", "$JS.API.CONSUMER.LIST.INSIGHTS"),
        *(f"$JS.API.CONSUMER.DURABLE.CREATE.{stream}.x" for stream in Stream),
        *(f"$JS.API.CONSUMER.MSG.NEXT.INTELLIGENCE.{OWN}", "$JS.API.STREAM.NAMES"),
        *(f"$JS.API.STREAM.{verb}.INTELLIGENCE" for verb in ("INFO", "DELETE", "PURGE", "UPDATE")),
        *("$JS.API.STREAM.CREATE.MINE", "$JS.API.STREAM.MSG.GET.INTELLIGENCE", "$JS.API.INFO"),
        *("$JS.API.STREAM.MSG.DELETE.INTELLIGENCE", "$JS.API.DIRECT.GET.KV_instances"),
        *("$JS.API.STREAM.INFO.KV_instances", "$JS.API.STREAM.SNAPSHOT.INTELLIGENCE"),
        *("$JS.API.ACCOUNT.PURGE.$G", "$SYS.REQ.SERVER.PING", "$O.models.C.x", "$KV.instances.>"),
        *(chunk_subject(MODELS_STORE, "x"), object_subject(MODELS_STORE, "x")),
        *(chunk_subject(THEIRS, "x"), object_subject(THEIRS, "x"), f"$O.{MINE}.C.a.b"),
        *(direct_subject(MINE), direct_subject(THEIRS), "$JS.API.DIRECT.GET.INTELLIGENCE"),
        *(f"{direct_subject(MODELS_STORE)}.{chunk_subject(MODELS_STORE, 'x')}", f"$O.{MINE}.X.a"),
        *(stream_info_subject(MODELS_STORE), stream_info_subject(THEIRS)),
        *(f"$JS.API.STREAM.{verb}.{one}" for one in STORES for verb in CHANGES),
        *(f"$JS.API.CONSUMER.CREATE.{one}" for one in STORES),
        *(f"$JS.API.CONSUMER.CREATE.{one}.x.>" for one in STORES),
    ],
)
def test_it_sends_nothing_else(place: Place, subject: str) -> None:
    assert asyncio.run(refusals(place, lambda client: client.publish(subject, b"{}")))


def test_it_reads_the_common_store(place: Place) -> None:
    async def read() -> list[tuple[bytes, str | None]]:
        async with place.client("centralcloud") as cloud, place.client("acme") as client:
            for number in range(3):
                subject = chunk_subject(MODELS_STORE, "read")
                await cloud.jetstream().publish(subject, b"%d" % number)
            inbox = client.new_inbox()
            answers = await client.subscribe(inbox)
            asked = {"next_by_subj": subject, "seq": 1, "batch": 9}
            await client.publish(
                direct_subject(MODELS_STORE), json.dumps(asked).encode(), reply=inbox
            )
            found = [await answers.next_msg(timeout=5) for _ in range(4)]
            return [(one.data, (one.headers or {}).get("Status")) for one in found]

    assert asyncio.run(read()) == [(b"0", None), (b"1", None), (b"2", None), (b"", "204")]


def test_it_adds_to_its_own_store_and_learns_what_is_there(place: Place) -> None:
    async def add() -> list[str]:
        async with place.client("acme") as client:
            for subject in (chunk_subject(MINE, "new"), object_subject(MINE, "new")):
                assert (await client.jetstream().publish(subject, b"x")).stream == STORES[1]
            asked = json.dumps({"subjects_filter": "$O.>"}).encode()
            answer = await client.request(stream_info_subject(MINE), asked, timeout=5)
            return list(json.loads(answer.data)["state"]["subjects"])

    assert set(asyncio.run(add())) >= {chunk_subject(MINE, "new"), object_subject(MINE, "new")}


@pytest.mark.parametrize("order", ["all", "sub"])
def test_it_deletes_nothing_by_a_header_not_even_its_own(place: Place, order: str) -> None:
    async def attack() -> None:
        async with place.client("acme") as client:
            headers = {"Nats-Rollup": order}
            with pytest.raises(NatsError, match="rollup"):
                await client.jetstream().publish(chunk_subject(MINE, "x"), b"", headers=headers)
            with pytest.raises(NatsError, match="TTL"):
                await client.jetstream().publish(
                    chunk_subject(MINE, "x"), b"", headers={"Nats-TTL": "1s"}
                )

    asyncio.run(attack())


@pytest.mark.parametrize("verb", ["PURGE", "DELETE", "MSG.DELETE"])
def test_what_its_store_answers_does_nothing_to_other_stores(place: Place, verb: str) -> None:
    """The server answers to whatever reply subject a question names."""

    async def attack() -> tuple[int, int]:
        async with place.client("centralcloud") as cloud, place.client("acme") as client:
            streams = cloud.jetstream()
            await streams.publish(chunk_subject(THEIRS, "kept"), b"{}")
            before = (await streams.stream_info(STORES[2])).state.messages
            reply = f"$JS.API.STREAM.{verb}.{STORES[2]}"
            await client.publish(stream_info_subject(MINE), b"", reply=reply)
            await client.publish(stream_info_subject(MINE), b"{", reply=reply)
            await client.publish(chunk_subject(MINE, "x"), b"{}", reply=reply)
            headers = {"Nats-Rollup": "all"}
            await client.publish(chunk_subject(MINE, "x"), b"", reply=reply, headers=headers)
            await all_sent(client)
            await client.jetstream().publish(chunk_subject(MINE, "y"), b"")  # all were answered
            return before, (await streams.stream_info(STORES[2])).state.messages

    before, after = asyncio.run(attack())
    assert before == after


def test_a_reply_that_points_at_the_api_of_streams_does_nothing(place: Place) -> None:
    """The server acknowledges to whatever reply subject a message names."""

    async def attack() -> int:
        async with place.client("centralcloud") as cloud, place.client("acme") as client:
            streams = cloud.jetstream()
            begin = (await streams.stream_info(Stream.INTELLIGENCE)).state.messages
            for verb in ("PURGE", "DELETE", "MSG.DELETE"):
                await client.publish(UP[0], b"", reply=f"$JS.API.STREAM.{verb}.INTELLIGENCE")
            await all_sent(client)
            await client.jetstream().publish(UP[0], b"")
            return (await streams.stream_info(Stream.INTELLIGENCE)).state.messages - begin

    assert asyncio.run(attack()) == 4


def test_a_revoked_one_is_thrown_out_at_once_and_stays_out_while_others_stay(place: Place) -> None:
    async def revoke() -> tuple[bool, bool]:
        async with place.client("acme") as acme, place.client("beta") as beta:
            await asyncio.to_thread(place.let_in, "beta")
            closed = await asyncio.to_thread(eventually, lambda: acme.is_closed)
            await all_sent(beta)
            return closed, beta.is_connected

    assert asyncio.run(revoke()) == (True, True)
    with pytest.raises(NatsError, match=r"(?i)authorization"):
        asyncio.run(refusals(place, lambda client: client.flush()))


def test_one_that_was_enrolled_just_now_is_answered_and_others_stay(place: Place) -> None:
    """An account that is new takes in what is Centralcloud's at once."""

    async def enrol() -> tuple[int, bool]:
        await asyncio.to_thread(place.let_in, "beta")
        async with place.client("beta") as beta:
            await asyncio.to_thread(place.let_in, "acme", "beta")
            async with place.client("acme") as client:
                return (await client.jetstream().publish(UP[0], b"{}")).seq, beta.is_connected

    sequence, stayed = asyncio.run(enrol())
    assert sequence > 0
    assert stayed


def test_an_old_key_lets_nobody_in(place: Place) -> None:
    held = place.keys["acme"]
    try:
        place.keys["acme"] = key_new()
        with pytest.raises(NatsError, match=r"(?i)authorization"):
            asyncio.run(refusals(place, lambda client: client.flush()))
    finally:
        place.keys["acme"] = held


def test_who_has_no_key_stays_out(place: Place) -> None:
    async def connect() -> None:
        client = Client()
        try:
            await client.connect(place.nats.url, allow_reconnect=False, max_reconnect_attempts=1)
        finally:
            await client.close()

    with pytest.raises(NatsError, match=r"(?i)authorization"):
        asyncio.run(connect())
