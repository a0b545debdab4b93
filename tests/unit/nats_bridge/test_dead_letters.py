"""Dead letters are replayed from what was stored, and old messages go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.shared.contracts.errors import Reason
from apps.shared.contracts.payloads import Heartbeat
from apps.shared.nats_bridge.models import DeadLetter, InboxMessage, OutboxMessage
from apps.shared.nats_bridge.received import Received
from apps.shared.nats_bridge.services import outbox_put, receiving
from apps.shared.nats_bridge.services.pruning import messages_prune
from apps.shared.nats_bridge.services.replaying import dead_letter_replay
from tests.common import bridge
from tests.common.bridge import Site, ready, receive_all, report, send_all


def refuse(_messages: Sequence[Received[Any]]) -> None:
    raise ValueError("not yet")


@pytest.fixture
def letter(site: Site, monkeypatch: pytest.MonkeyPatch) -> DeadLetter:
    """A message whose handler failed for good."""
    monkeypatch.setattr(receiving, "MAX_ATTEMPTS", 1)
    monkeypatch.setattr(bridge, "SITE", site)
    site.react = refuse
    outbox_put(payload=report(5))

    async def scenario() -> None:
        async with ready(site) as client:
            await send_all(client, site)
            await receive_all(client, site)

    asyncio.run(scenario())
    return DeadLetter.objects.get()


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("dead_letters", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def wired(settings: Any) -> None:
    """The command finds the test's handlers where a site has its own."""
    settings.SITE_WIRING = "tests.common.bridge"


def test_a_replayed_message_is_applied_once_its_handler_is_right(
    site: Site, letter: DeadLetter
) -> None:
    replayed = dead_letter_replay(letter_id=letter.pk, wiring=site.wiring)
    assert replayed.problem == "handler failed: ValueError: not yet"
    site.react = lambda _messages: None
    assert dead_letter_replay(letter_id=letter.pk, wiring=site.wiring).problem == ""
    assert dead_letter_replay(letter_id=letter.pk, wiring=site.wiring).problem == ""
    assert site.came == [5]
    assert InboxMessage.objects.count() == 1
    letter.refresh_from_db()
    assert letter.replayed_at is not None


def test_a_replay_verifies_again(site: Site, letter: DeadLetter) -> None:
    site.react = lambda _messages: None
    data = bytes(letter.data).replace(b'"files":0', b'"files":9')
    DeadLetter.objects.update(data=data)
    problem = dead_letter_replay(letter_id=letter.pk, wiring=site.wiring).problem
    assert problem.startswith(Reason.FORGED)
    assert site.came == []


def test_what_was_kept_in_part_cannot_be_replayed(site: Site, letter: DeadLetter) -> None:
    DeadLetter.objects.update(data=bytes(letter.data)[:10])
    problem = dead_letter_replay(letter_id=letter.pk, wiring=site.wiring).problem
    assert problem.startswith("only 10 of its")


def test_the_command_lists_and_replays(site: Site, letter: DeadLetter, wired: None) -> None:
    (listed,) = json.loads(command("--json"))
    assert (listed["id"], listed["reason"]) == (letter.pk, "handler failed")
    assert "ValueError: not yet" in command()
    assert "0 of 1 applied" in command("--replay")
    site.react = lambda _messages: None
    assert "0 of 0 applied" in command("--replay", "--reason", "wrong schema")
    assert "1 of 1 applied" in command("--replay", str(letter.pk))
    assert command() == "No dead letters.\n"
    with pytest.raises(CommandError, match="no such dead letter"):
        command("--replay", "999999")


def test_pruning_keeps_what_is_still_of_use(site: Site, letter: DeadLetter) -> None:
    now = timezone.now()
    long_ago = now - timedelta(days=400)
    waiting = outbox_put(payload=report(6))
    OutboxMessage.objects.filter(pk=waiting.pk).update(created_at=long_ago)
    OutboxMessage.objects.exclude(pk=waiting.pk).update(sent_at=long_ago)
    beat = {"receiver": "one", "source": "one", "subject": "intelligence.instance.heartbeat"}
    for age in (timedelta(hours=2), timedelta(0)):
        InboxMessage.objects.create(**beat, event_id=str(age), received_at=now - age)
    assert messages_prune() == {"sent": 1, "received": 1, "dead_letters": 0, "refusals": 0}
    assert OutboxMessage.objects.get() == waiting
    DeadLetter.objects.update(set_aside_at=long_ago)
    assert messages_prune()["dead_letters"] == 1


def test_heartbeats_that_left_are_kept_for_a_day_and_facts_for_longer(site: Site) -> None:
    beat = Heartbeat(version="1", mode="read-write", started_at=timezone.now())
    sent = {hours: outbox_put(payload=beat) for hours in (1, 48)}
    sent[72] = outbox_put(payload=report(1))
    for hours, row in sent.items():
        at = timezone.now() - timedelta(hours=hours)
        OutboxMessage.objects.filter(pk=row.pk).update(sent_at=at)
    assert messages_prune()["sent"] == 1
    assert set(OutboxMessage.objects.all()) == {sent[1], sent[72]}


def test_nothing_is_lost_between_dead_letters_of_a_flood_of_failures(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts that a handler cannot apply are all kept, however many they are."""
    monkeypatch.setattr(receiving, "MAX_ATTEMPTS", 1)
    site.react = refuse
    for number in range(120):
        outbox_put(payload=report(number))

    async def scenario() -> None:
        async with ready(site) as client:
            await send_all(client, site)
            await receive_all(client, site)

    asyncio.run(scenario())
    assert DeadLetter.objects.filter(reason=Reason.FAILED).count() == 120
