"""A flood from one sender delays the others by a little, whatever it is made of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from nats.aio.msg import Msg

from apps.shared.contracts.event import event_encode, event_of
from apps.shared.contracts.nkeys import NKey
from apps.shared.contracts.payloads.statistics import PatternTotal
from apps.shared.contracts.subjects import instance_source
from apps.shared.nats_bridge import consumer, intake
from apps.shared.nats_bridge.intake import Intake
from apps.shared.nats_bridge.letters import Letter
from apps.shared.nats_bridge.received import Received
from apps.shared.nats_bridge.services.reading import Reading
from tests.common.bridge import REPORT, Site, ready, receive_all, report

FLOOD = 300
LARGE = tuple(PatternTotal(kind="idiom", language="python", patterns=1) for _ in range(200))


def test_others_do_not_wait_for_a_flood_to_be_applied(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flood is several times what a bridge holds, and stands before the others' message."""
    monkeypatch.setattr(intake, "HELD_BYTES", 500_000)
    monkeypatch.setattr(consumer, "BATCH_BYTES", 100_000)

    def slowly(messages: Sequence[Received[Any]]) -> None:
        time.sleep(0.01 * len(messages))

    site.react = slowly

    async def scenario() -> None:
        async with ready(site) as client:
            for number in range(FLOOD + 1):
                name = "one" if number == FLOOD else "two"
                payload = report(number, patterns=LARGE)
                event = event_of(payload, subject=REPORT, source=instance_source(name))
                headers = event_encode(event, NKey.from_seed(site.seeds[name]))
                await client.jetstream().publish(REPORT, event.data, headers=headers)
            await receive_all(client, site)

    asyncio.run(scenario())
    assert sorted(site.came) == list(range(FLOOD + 1))
    assert site.came.index(FLOOD) < FLOOD / 3


def held(sequence: int, size: int = 1_000_000) -> tuple[Msg, Reading]:
    letter = Letter(REPORT, {}, bytes(size), "INTELLIGENCE", sequence, datetime.now(UTC))
    return Msg(_client=None, data=b""), Reading(letter, None)  # type: ignore[arg-type]


def test_what_is_put_back_comes_again_when_its_turn_is_and_is_counted_until_then() -> None:
    now = [0.0]
    taken_in = Intake(clock=lambda: now[0])
    over = [late for number in range(20) for late in taken_in.admit(*held(number))]
    waits = [seconds for _, seconds in over]
    assert len(waits) == 4  # 16 of 20 megabytes are held
    assert waits == sorted(waits)
    assert 1 <= waits[0] < 2  # at the rate of 16 MiB a second that is assumed at first

    async def settle() -> None:
        while batch := await taken_in.batch(messages=99, size=10**9):
            taken_in.settled(batch, 1.0)
            return

    asyncio.run(settle())
    assert not taken_in.idle
    now[0] = 60
    assert taken_in.idle
