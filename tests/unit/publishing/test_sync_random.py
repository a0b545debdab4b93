"""Whatever happens in whatever order, others end up knowing just what holds and may leave."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Max
from django.utils import timezone

from apps.shared.nats_bridge.models import OutboxMessage
from apps.singularity.patterns.models import CodePattern, Mining
from apps.singularity.publishing.models import PublishedCodebase
from apps.singularity.publishing.services.sync import codebase_sync, instance_sync
from apps.singularity.publishing.services.withdrawal import withdraw
from tests.common.factories.ingestion import CodebaseFactory
from tests.common.factories.patterns import MiningFactory
from tests.common.published import known, queued, usage_pattern

pytestmark = pytest.mark.django_db
STEPS = 40
FORBIDDEN = "json.load + acme.charge"


class World:
    """A code base that changes, a relay that sends some of what is queued, and a policy."""

    def __init__(self, seed: int, settings: Any) -> None:
        self.choose = random.Random(seed)
        self.settings = settings
        self.codebase = CodebaseFactory(instance="alpha", ingested_at=timezone.now())
        self.mining = MiningFactory(codebase=self.codebase)
        self.made = 0
        self.sent: list[OutboxMessage] = []

    def _some(self) -> Any:
        rows = list(CodePattern.objects.filter(codebase=self.codebase).order_by("id"))
        return CodePattern.objects.filter(pk=self.choose.choice(rows).pk) if rows else None

    def _mined(self) -> int:
        self.mining.revision += 1
        Mining.objects.filter(pk=self.mining.pk).update(revision=self.mining.revision)
        return int(self.mining.revision)

    def add(self) -> None:
        self.made += 1
        usage_pattern(self.codebase, self.made, revision=self._mined())

    def change(self) -> None:
        if rows := self._some():
            rows.update(occurrences=self.choose.randrange(12, 99), revision=self._mined())

    def forbid(self) -> None:
        if rows := self._some():
            rows.update(template=FORBIDDEN, revision=self._mined())

    def lose(self) -> None:
        if rows := self._some():
            rows.update(withdrawn_at=timezone.now(), revision=self._mined())

    def find_again(self) -> None:
        if rows := self._some():
            rows.update(withdrawn_at=None, revision=self._mined())

    def sync(self) -> None:
        codebase_sync(codebase=self.codebase, by_hand=True)

    def sync_all(self) -> None:
        codebase_sync(codebase=self.codebase, by_hand=True, full=True)

    def other_rules(self) -> None:
        self.settings.PUBLISH_EXCLUDE = (f"acme-{self.choose.randrange(99)}",)

    def switch_off(self) -> None:
        self.settings.PUBLISH = "off"
        instance_sync()
        self.settings.PUBLISH = "all"

    def withdraw(self) -> None:
        withdraw()

    def claim(self) -> None:
        until = timezone.now() + timedelta(hours=1)
        for row in self._unsent():
            if self.choose.random() < 0.4:
                OutboxMessage.objects.filter(pk=row.pk).update(claimed_until=until)

    def send(self) -> None:
        """Send some, in an order of its own: a claimed one may be late."""
        rows = [row for row in self._unsent() if self.choose.random() < 0.6]
        self.choose.shuffle(rows)
        self.sent += rows
        OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=timezone.now())

    def _unsent(self) -> list[OutboxMessage]:
        return [row for row in queued() if row.sent_at is None]

    def holding(self) -> dict[str, int]:
        rows = CodePattern.objects.filter(codebase=self.codebase, withdrawn_at=None)
        allowed = rows.exclude(template=FORBIDDEN)
        return dict(allowed.values_list("signature", "occurrences"))


ACTIONS: list[Callable[[World], None]] = [
    *[World.add] * 3,
    *[World.change] * 3,
    *[World.sync] * 5,
    *[World.send] * 2,
    *(World.forbid, World.lose, World.find_again, World.sync_all, World.other_rules),
    *(World.claim, World.switch_off, World.withdraw),
]


@pytest.mark.parametrize("seed", range(25))
def test_others_know_just_what_holds(seed: int, settings: Any) -> None:
    world = World(seed, settings)
    for _ in range(STEPS):
        world.choose.choice(ACTIONS)(world)
    world.sync()
    rest = [row for row in queued() if row.sent_at is None]
    world.choose.shuffle(rest)
    facts = {key: fact for (_, _, key), fact in known([*world.sent, *rest]).items()}
    assert {key: fact.occurrences for key, fact in facts.items()} == world.holding()


def test_the_outbox_is_bounded_by_what_holds(settings: Any) -> None:
    """However long nothing is sent: each fact waits once, in as few messages as there need be."""
    world = World(0, settings)
    for _ in range(30):
        world.add()
        world.change()
        world.sync()
    assert len(queued()) == 1
    facts = known(queued())
    assert len(facts) == 30
    revision = PublishedCodebase.objects.aggregate(last=Max("states__revision"))["last"]
    assert f'"revision":{revision},'.encode() in bytes(queued()[0].data)
