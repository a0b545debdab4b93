"""What views hold is told to instances, who then have the same; it fits whatever the content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from apps.centralcloud.aggregation.models import GlobalFact
from apps.centralcloud.aggregation.selectors import ranking
from apps.centralcloud.package_sync.models import Package
from apps.shared.contracts.event import LARGEST_DATA, LARGEST_MESSAGE, Event, payload_of
from apps.shared.contracts.payloads.base import LARGEST
from apps.shared.contracts.payloads.code import TEMPLATE_LIMIT
from apps.shared.contracts.payloads.knowledge import (
    KnowledgeInvalidated,
    KnowledgeRequest,
    KnowledgeUpdated,
)
from apps.shared.knowledge_cache import handlers
from apps.shared.knowledge_cache.models import Copy
from apps.shared.knowledge_cache.near import near
from apps.shared.knowledge_cache.questions import entries
from apps.shared.knowledge_cache.services.refreshing import views_refresh
from apps.shared.knowledge_cache.services.telling import answers_tell
from apps.shared.nats_bridge.models import OutboxMessage
from tests.common.factories import told
from tests.common.factories.fleets import fleet_adds_up, fleet_tells

SHARED = "Both of them have this"
WORST = "\x01"
"""Takes six bytes in JSON, more than any other character."""
LARGEST_INT = 2**31 - 1


@pytest.fixture(autouse=True)
def world(db: None, valkey: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two instances tell a pattern and a framework; Centralcloud has somebody to tell."""
    monkeypatch.setattr("apps.shared.knowledge_cache.services.telling.queueing", lambda: True)
    near.cache_clear()
    for name in ("m-one", "m-two"):
        fleet_tells(name, patterns=[SHARED], frameworks=[("django", "")])
    fleet_adds_up()
    yield
    near.cache_clear()


@pytest.fixture
def at_instance(settings: Any) -> Callable[[], None]:
    """An instance takes in what waits in Centralcloud's outbox."""

    def receive() -> None:
        centralcloud = settings.IDENTITY
        waiting = list(OutboxMessage.objects.filter(sent_at=None).order_by("id"))
        settings.IDENTITY = replace(centralcloud, name="m-one", source="/instances/m-one")
        for row in waiting:
            event = Event(row.subject, centralcloud.source, "", bytes(row.data))
            message: Any = told.received("", payload_of(event))
            match message.payload:
                case KnowledgeUpdated():
                    handlers.updated([message])
                case KnowledgeInvalidated():
                    handlers.invalidated([message])
        settings.IDENTITY = centralcloud
        OutboxMessage.objects.all().delete()

    return receive


def held(instance: str) -> dict[tuple[str, str], Any]:
    rows = Copy.objects.filter(instance=instance, value__isnull=False)
    return {(row.kind, row.key): row.value for row in rows}


def rankings(instance: str) -> list[list[str]]:
    """Names in the rankings that an instance has, without those that hold nothing."""
    found = (value["facts"] for (kind, _), value in held(instance).items() if "ranking" in kind)
    return sorted([one["name"] for one in facts] for facts in found if facts)


def test_an_instance_has_what_the_views_hold(at_instance: Callable[[], None]) -> None:
    Package.objects.create(
        purl="pkg:npm/p", ecosystem="npm", name="p", shown=True, instances=2, spread={"1.0": 2}
    )
    views_refresh()
    answers_tell()
    at_instance()
    assert rankings("m-one") == [[SHARED], [SHARED], ["Django"]]  # of Python, and of all
    assert held("m-one") == held("centralcloud")
    hot = [value["packages"] for (kind, _), value in held("m-one").items() if "hot" in kind]
    assert [one["versions"] for packages in hot for one in packages] == 2 * [
        [{"version": "1.0", "instances": 2}]
    ]


def test_an_unchanged_view_tells_nothing_and_its_copy_gets_no_older(
    at_instance: Callable[[], None],
) -> None:
    views_refresh()
    assert answers_tell()["told"] > 0
    at_instance()
    before = held("m-one")
    times = dict(Copy.objects.filter(instance="centralcloud").values_list("id", "answered_at"))
    views_refresh()
    assert answers_tell() == {"told": 0, "taken back": 0}
    assert not OutboxMessage.objects.exists()
    assert held("centralcloud") == before
    for pk, at in Copy.objects.filter(instance="centralcloud").values_list("id", "answered_at"):
        assert at > times[pk]


def test_what_changes_is_told_alone_and_what_goes_is_taken_back(
    at_instance: Callable[[], None],
) -> None:
    views_refresh()
    answers_tell()
    at_instance()
    for name in ("m-one", "m-two"):
        go = told.pattern("if err != nil", language="go")
        fleet_tells(name, patterns=[go], frameworks=[("django", "")], enrolled=False)
    fleet_adds_up()
    views_refresh()
    # Go's ranking is new, that of all patterns has changed, Python's is gone.
    assert answers_tell() == {"told": 2, "taken back": 1}
    at_instance()
    assert rankings("m-one") == [["Django"], ["if err != nil"], ["if err != nil"]]
    assert held("m-one") == held("centralcloud")


def test_the_largest_patterns_fit_and_say_how_many_do_not(at_instance: Callable[[], None]) -> None:
    fact = GlobalFact.objects.get(subject="pattern")
    numbers = {"instances": LARGEST_INT, "codebases": LARGEST_INT, "eligible": LARGEST_INT}
    GlobalFact.objects.bulk_create(
        GlobalFact(
            subject="pattern",
            key=str(number) + WORST * 490,
            kind=WORST * 80,
            language="python",
            name=WORST * TEMPLATE_LIMIT,
            tellers=2,
            shown=True,
            occurrences=LARGEST,
            share=1 / 3,
            confidence=1 / 7,
            aggregated_at=fact.aggregated_at,
            **numbers,
        )
        for number in range(ranking.PLACES)
    )
    views_refresh()
    answers_tell()
    assert_fits(at_instance, "facts", ranking.PLACES)


def test_the_largest_packages_fit_and_say_how_many_do_not(at_instance: Callable[[], None]) -> None:
    Package.objects.bulk_create(
        Package(
            purl=f"pkg:npm/{number}" + WORST * 480,
            ecosystem="npm",
            name="p",
            shown=True,
            latest=WORST * 100,
            licence=WORST * 300,
            instances=LARGEST_INT,
            codebases=LARGEST_INT,
            spread={str(place) + WORST * 99: LARGEST_INT for place in range(5)},
        )
        for number in range(200)
    )
    views_refresh()
    answers_tell()
    assert_fits(at_instance, "packages", 200)


def assert_fits(at_instance: Callable[[], None], part: str, rows: int) -> None:
    """The messages that tell an answer, and the page that has it, are as full as they may be."""
    sizes = list(OutboxMessage.objects.values_list("size", flat=True))
    assert LARGEST_DATA - 32 * 1024 < max(sizes) <= LARGEST_DATA
    at_instance()
    for (kind, _), value in held("m-one").items():
        if len(value.get(part, ())) > 1:
            assert len(value[part]) + value["left_out"] == rows
            assert value["left_out"] > 0
            page = entries(KnowledgeRequest(kind=kind), instance="m-one")
            assert len(page.model_dump_json().encode()) < LARGEST_MESSAGE - 2048
            return
    raise AssertionError("nothing was told")
