"""What an instance keeps of Centralcloud's answers is right in whatever order messages come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.payloads.knowledge import (
    KnowledgeAnswer,
    KnowledgeEntry,
    KnowledgeInvalidated,
    KnowledgeRequest,
    KnowledgeUpdated,
)
from apps.shared.contracts.payloads.queries import PackagesAnswer, PackagesQuery, PackageUse
from apps.shared.knowledge_cache.models import Copy
from apps.shared.knowledge_cache.services.asking import Asked, answer_asked
from apps.shared.knowledge_cache.services.catching_up import copies_catch_up
from apps.shared.knowledge_cache.services.copies import copies_forget, copies_keep
from apps.shared.nats_bridge.services.asking import NoAnswer
from singularity_site import wiring
from tests.common.answering import answering, enrolled, not_enrolled
from tests.common.bridge import in_database

THEN = datetime(2026, 11, 1, tzinfo=UTC)
KIND = "hot_packages"


def entry(key: str, revision: int, answer: int = 0) -> KnowledgeEntry:
    return KnowledgeEntry(key=key, revision=revision, value={"answer": answer}, answered_at=THEN)


def apply(payload: Payload) -> None:
    if isinstance(payload, KnowledgeUpdated):
        copies_keep(kind=payload.kind, entries=[payload.entry])
    elif isinstance(payload, KnowledgeInvalidated):
        copies_forget(payload=payload)


def state() -> dict[str, Any]:
    return dict(Copy.objects.filter(value__isnull=False).values_list("key", "value__answer"))


@pytest.mark.django_db
def test_an_older_answer_changes_nothing() -> None:
    assert copies_keep(kind=KIND, entries=[entry("a", 2, 2)]) == 1
    assert copies_keep(kind=KIND, entries=[entry("a", 1, 1), entry("a", 2, 3)]) == 0
    assert state() == {"a": 2}


@pytest.mark.django_db
def test_the_same_answer_of_a_later_time_gets_no_older() -> None:
    later = entry("a", 2, 2).model_copy(update={"answered_at": THEN + timedelta(hours=1)})
    copies_keep(kind=KIND, entries=[entry("a", 2, 2)])
    assert copies_keep(kind=KIND, entries=[later]) == 0
    assert Copy.objects.get().answered_at == later.answered_at
    copies_keep(kind=KIND, entries=[entry("a", 2, 2)])
    assert Copy.objects.get().answered_at == later.answered_at
    copies_forget(payload=KnowledgeInvalidated(kind=KIND, keys=("a",), revision=2))
    copies_keep(kind=KIND, entries=[later])
    assert state() == {}


@pytest.mark.django_db
def test_what_holds_no_more_is_not_brought_back_by_an_older_message() -> None:
    copies_forget(payload=KnowledgeInvalidated(kind=KIND, keys=("a", "b"), revision=5))
    copies_keep(kind=KIND, entries=[entry("a", 4), entry("b", 6, 6)])
    assert state() == {"b": 6}


@st.composite
def histories(draw: st.DrawFn) -> list[Payload]:
    """What Centralcloud says of three keys, each time under a higher revision."""
    told: list[Payload] = []
    for revision in range(1, draw(st.integers(1, 8))):
        key = draw(st.sampled_from("abc"))
        told.append(
            KnowledgeUpdated(kind=KIND, entry=entry(key, revision, revision))
            if draw(st.booleans())
            else KnowledgeInvalidated(kind=KIND, keys=(key,), revision=revision)
        )
    return told


@pytest.mark.django_db
@given(data=st.data(), told=histories())
@bounds(max_examples=40, deadline=None)
def test_order_and_repetition_make_no_difference(data: st.DataObject, told: list[Payload]) -> None:
    Copy.objects.all().delete()
    for payload in told:
        apply(payload)
    wanted = state()
    Copy.objects.all().delete()
    for payload in data.draw(st.permutations(told + told)):
        apply(payload)
    assert state() == wanted


@pytest.fixture
def seeds(tmp_path: Path, settings: Any, transactional_db: None, nats_url: str) -> dict[str, str]:
    return enrolled("three", settings, tmp_path)


def asked(
    seeds: dict[str, str], work: Callable[[], Any], questions: dict[str, Callable[..., Payload]]
) -> Any:
    async def scenario() -> Any:
        async with answering(seeds, questions):
            return await in_database(work)

    return asyncio.run(scenario())


def django() -> Asked[PackagesAnswer]:
    return answer_asked(query=PackagesQuery(words="django"), answer=PackagesAnswer, kind="packages")


def packages(query: PackagesQuery, *, instance: str) -> PackagesAnswer:
    use = PackageUse(purl=f"pkg:pypi/{query.words}", instances=3, codebases=4)
    return PackagesAnswer(packages=(use,), total=1)


def test_the_last_answer_is_given_while_centralcloud_is_away(seeds: dict[str, str]) -> None:
    fresh = asked(seeds, django, {"centralcloud.query.packages": packages})
    assert fresh.fresh
    kept = django()
    assert kept.answer == fresh.answer
    assert kept.answered_at == fresh.answered_at
    assert "its bridge is away" in kept.reason
    assert Copy.objects.get().asked == 1
    with pytest.raises(NoAnswer, match="its bridge is away"):
        answer_asked(query=PackagesQuery(words="flask"), answer=PackagesAnswer, kind="packages")


def test_a_kept_answer_that_cannot_be_read_is_none(seeds: dict[str, str]) -> None:
    asked(seeds, django, {"centralcloud.query.packages": packages})
    Copy.objects.update(value={"of": "another version"})
    with pytest.raises(NoAnswer, match="its bridge is away"):
        django()


def paged(entries: Sequence[KnowledgeEntry], page: int) -> Callable[..., Payload]:
    def answer(query: KnowledgeRequest, *, instance: str) -> KnowledgeAnswer:
        rest = [one for one in entries if one.key > (query.after or "")]
        more = rest[page - 1].key if len(rest) > page else None
        return KnowledgeAnswer(kind=query.kind, entries=tuple(rest[:page]), next=more)

    return answer


def test_after_an_absence_the_copies_are_what_centralcloud_has(
    seeds: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "COPIES", [KIND])
    old = [entry("b", 1, 1), entry("gone", 1), entry("newer", 9, 9)]
    copies_keep(kind=KIND, entries=old)
    copies_keep(kind=KIND, entries=[entry("mine", 1, 7)], own=True)
    Copy.objects.update(received_at=THEN)
    there = [entry("a", 2, 2), entry("b", 3, 3), entry("c", 2, 2), entry("newer", 8, 8)]
    questions = {"knowledge.cache.sync.request": paged(there, 2)}
    result = asked(seeds, copies_catch_up, questions)
    assert state() == {"a": 2, "b": 3, "c": 2, "newer": 9, "mine": 7}
    assert (result["news"], result["gone"]) == (3, 1)


def test_copies_stay_as_they_are_while_centralcloud_is_away(seeds: dict[str, str]) -> None:
    copies_keep(kind=KIND, entries=[entry("a", 1, 1)])
    Copy.objects.update(received_at=THEN - timedelta(days=1))
    with pytest.raises(NoAnswer):
        copies_catch_up()
    assert state() == {"a": 1}


@pytest.mark.django_db
def test_who_is_isolated_asks_nobody(settings: Any, tmp_path: Path) -> None:
    not_enrolled("three", settings, tmp_path)
    assert copies_catch_up()["asked"] == 0
