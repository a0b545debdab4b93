"""What comes is applied once; what must not be applied is set aside with its reason."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError, connection
from nats.aio.client import Client

from apps.shared.contracts.errors import Reason
from apps.shared.contracts.event import LARGEST_MESSAGE, event_encode, event_of
from apps.shared.contracts.nkeys import NKey, seed_new
from apps.shared.contracts.subjects import instance_source
from apps.shared.nats_bridge import consumer
from apps.shared.nats_bridge.letters import Letter
from apps.shared.nats_bridge.models import DeadLetter, InboxMessage, Refusals
from apps.shared.nats_bridge.received import Received
from apps.shared.nats_bridge.services import dead_letters as setting_aside
from apps.shared.nats_bridge.services import receiving
from apps.shared.nats_bridge.services.reading import DatabaseGone, letters_parse, letters_verify
from tests.common.bridge import (
    INSTANCE,
    REPORT,
    Site,
    in_database,
    ready,
    receive_all,
    report,
    tell,
)


def carry(site: Site, publish: Callable[[Client], Any]) -> None:
    """Publish into an empty stream and receive all of it."""

    async def scenario() -> None:
        async with ready(site) as client:
            await publish(client)
            await receive_all(client, site)

    asyncio.run(scenario())


def test_a_message_that_comes_twice_is_applied_once(site: Site) -> None:
    async def publish(client: Client) -> None:
        for _ in range(3):  # another Nats-Msg-Id, so that the stream takes it for another one
            await tell(
                client,
                site,
                1,
                event_id="the same",
                change=lambda headers, data: (headers | {"Nats-Msg-Id": seed_new()}, data),
            )
        await tell(client, site, 2)

    carry(site, publish)
    assert site.came == [1, 2]
    assert InboxMessage.objects.count() == 2


def larger(headers: dict[str, str], data: bytes) -> tuple[dict[str, str], bytes]:
    return headers, data + b" " * LARGEST_MESSAGE


def another_fact(headers: dict[str, str], data: bytes) -> tuple[dict[str, str], bytes]:
    return headers, data.replace(b'"files":0', b'"files":9')


def no_headers(_headers: dict[str, str], data: bytes) -> tuple[dict[str, str], bytes]:
    return {}, data


def another_type(headers: dict[str, str], data: bytes) -> tuple[dict[str, str], bytes]:
    return headers | {"ce-type": "singularity.something.v9"}, data


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (larger, Reason.TOO_LARGE),
        (another_fact, Reason.FORGED),
        (no_headers, Reason.NOT_AN_EVENT),
        (another_type, Reason.WRONG_SCHEMA),
    ],
)
def test_what_must_not_be_applied_is_set_aside_and_spoils_nothing(
    site: Site, change: Any, reason: Reason
) -> None:
    async def publish(client: Client) -> None:
        await tell(client, site, 1)
        await tell(client, site, 2, change=change)
        await tell(client, site, 3)

    carry(site, publish)
    assert site.came == [1, 3]
    letter = DeadLetter.objects.get()
    assert (letter.receiver, letter.reason, letter.subject) == (INSTANCE, reason, REPORT)
    assert len(letter.data) <= 4096
    assert Refusals.objects.get().count == 1


@pytest.mark.parametrize("data", [b"", b"\x00\xff\xfe", b"[" * 60_000, b'{"revision": NaN}', b"{}"])
def test_signed_garbage_is_set_aside(site: Site, data: bytes) -> None:
    """Signed by the sender itself, so that only its contract stops it."""

    async def publish(client: Client) -> None:
        event = event_of(report(1), subject=REPORT, source=instance_source(INSTANCE))
        event = replace(event, data=data)
        headers = event_encode(event, NKey.from_seed(site.seeds[INSTANCE]))
        await client.jetstream().publish(REPORT, data, headers=headers)

    carry(site, publish)
    assert site.came == []
    assert DeadLetter.objects.get().reason == Reason.WRONG_SCHEMA


def test_unknown_senders_fill_one_bound_however_they_call_themselves(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting_aside, "KEPT_A_DAY", 5)

    async def publish(client: Client) -> None:
        for number in range(20):
            await tell(client, site, number, name=f"made-up-{number}", seed=seed_new())
        for number in range(20):
            await tell(client, site, number, name="two", seed=seed_new())

    carry(site, publish)
    assert site.came == []
    counted = {row.sender: row.count for row in Refusals.objects.all()}
    assert counted == {"": 20, "/instances/two": 20}
    assert DeadLetter.objects.filter(reason=Reason.UNKNOWN_SENDER).count() == 5
    assert DeadLetter.objects.filter(reason=Reason.FORGED).count() == 5


UNREADABLE = (b"NATS/1.0 \xff\xfe\xfd\r\n\r\n", b"X\r\n\r\n", b"NATS/1.0\r\na\0b: \0\r\n\r\n")


def test_header_bytes_that_nobody_can_read_end_no_connection(site: Site) -> None:
    async def publish(client: Client) -> None:
        for block in (
            b"NATS/1.0 \xff\xfe\xfd\r\n\r\n",
            b"X\r\n\r\n",
            b"NATS/1.0\r\na\x00b: \x00\r\n\r\n",
        ):
            head = f"HPUB {REPORT} {len(block)} {len(block) + 2}\r\n".encode()
            await client._send_command(head + block + b"{}\r\n")
        await client.flush()
        await tell(client, site, 1)

    carry(site, publish)
    assert site.came == [1]
    assert set(DeadLetter.objects.values_list("reason", flat=True)) == {Reason.NOT_AN_EVENT}


def failing_on(*revisions: int) -> Callable[[Sequence[Received[Any]]], None]:
    def react(messages: Sequence[Received[Any]]) -> None:
        if {one.payload.revision for one in messages} & set(revisions):
            raise ValueError("cannot be applied")

    return react


def test_one_poisoned_message_delays_no_other_and_is_set_aside_at_last(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MAX_ATTEMPTS", 3)
    monkeypatch.setattr(consumer, "LONGEST_RETRY_SECONDS", 0.05)
    site.react = failing_on(2)

    async def scenario() -> None:
        async with ready(site) as client:
            for number in range(5):
                await tell(client, site, number)
            await receive_all(client, site)
            assert site.came == [0, 1, 3, 4]
            while not await in_database(DeadLetter.objects.count):
                await receive_all(client, site)

    asyncio.run(scenario())
    letter = DeadLetter.objects.get()
    assert (letter.reason, letter.attempts) == (Reason.FAILED, 3)
    assert "ValueError: cannot be applied" in letter.detail
    assert json.loads(bytes(letter.data))["revision"] == 2
    assert InboxMessage.objects.count() == 4


def test_a_database_that_goes_away_in_a_batch_costs_no_message(site: Site) -> None:
    """The server ends the handler's connection, as it does when it is shut down."""
    ended: list[int] = []

    def react(_messages: Sequence[Received[Any]]) -> None:
        if not ended:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                ended.append(cursor.fetchone()[0])
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    site.react = react

    async def publish(client: Client) -> None:
        for number in range(3):
            await tell(client, site, number)

    carry(site, publish)
    assert ended
    assert site.came == [0, 1, 2]
    assert not DeadLetter.objects.exists()


def test_many_failures_of_the_database_are_no_failures_of_the_message(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MAX_ATTEMPTS", 1)
    monkeypatch.setattr(consumer, "DATABASE_SECONDS", 0.01)
    tries: list[int] = []

    def react(_messages: Sequence[Received[Any]]) -> None:
        tries.append(1)
        if len(tries) < 10:
            raise OperationalError("the connection is lost")

    site.react = react
    carry(site, lambda client: tell(client, site, 7))
    assert site.came == [7]
    assert len(tries) == 10


def test_a_message_that_failed_before_is_not_blamed_for_the_database(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried alone, and for the last time."""
    monkeypatch.setattr(receiving, "MAX_ATTEMPTS", 2)
    event = event_of(report(1), subject=REPORT, source=instance_source(INSTANCE))
    headers = event_encode(event, NKey.from_seed(site.seeds[INSTANCE]))
    letter = Letter(REPORT, headers, event.data, "INTELLIGENCE", 1, event.time, attempts=1)
    readings = letters_parse(
        readings=letters_verify(letters=[letter], wiring=site.wiring), wiring=site.wiring
    )

    def react(_messages: Sequence[Received[Any]]) -> None:
        raise OperationalError("the connection is lost")

    site.react = react
    with pytest.raises(DatabaseGone):
        receiving.letters_settle(readings=readings, wiring=site.wiring)
    assert not DeadLetter.objects.exists()
    assert not InboxMessage.objects.exists()
