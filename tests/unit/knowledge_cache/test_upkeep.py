"""Cached answers are told, warmed and cleaned away; views are refreshed and what hangs on them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from apps.shared.contracts.event import LARGEST_MESSAGE
from apps.shared.contracts.payloads.knowledge import KnowledgeEntry, KnowledgeRequest
from apps.shared.core.models import Job
from apps.shared.knowledge_cache import tasks
from apps.shared.knowledge_cache.kinds import Kind, Question, question_digest
from apps.shared.knowledge_cache.models import Copy, Entry, Source
from apps.shared.knowledge_cache.questions import entries
from apps.shared.knowledge_cache.services import cleaning, warming
from apps.shared.knowledge_cache.services.answering import answer_cached
from apps.shared.knowledge_cache.services.cleaning import cache_clean
from apps.shared.knowledge_cache.services.copies import copies_keep
from apps.shared.knowledge_cache.services.refreshing import RefreshFailed, views_refresh
from apps.shared.knowledge_cache.services.telling import TellingFailed, answers_tell
from apps.shared.knowledge_cache.services.warming import cache_prewarm
from apps.shared.nats_bridge.models import OutboxMessage
from tests.common.locks import Beside

UPDATE, INVALIDATE = "knowledge.cache.update.stock", "knowledge.cache.invalidate.stock"


def ask(**question: Any) -> str:
    return answer_cached(kind="stock", question=question).hit


@pytest.fixture
def telling(stock: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The site has somebody to tell."""
    monkeypatch.setattr("apps.shared.knowledge_cache.services.telling.queueing", lambda: True)
    return stock


def told() -> list[str]:
    return list(OutboxMessage.objects.order_by("id").values_list("subject", flat=True))


def test_what_changed_is_told_and_nothing_twice(telling: Any) -> None:
    stated = {"revision": 1, "answered_at": timezone.now(), "received_at": timezone.now()}
    Copy.objects.create(instance="another", kind="stock", key="k", value={}, **stated)
    telling.TOLD[:] = [{"of": "tea"}, {"of": "rice"}]
    assert answers_tell() == {"told": 2, "taken back": 0}
    assert told() == [UPDATE, UPDATE]
    assert answers_tell() == {"told": 0, "taken back": 0}
    telling.stock_set(4)
    telling.TOLD[:] = [{"of": "tea"}]
    assert answers_tell() == {"told": 1, "taken back": 1}
    assert answers_tell() == {"told": 0, "taken back": 0}
    assert sorted(told()) == [INVALIDATE, UPDATE]  # in the place of those that had not left


def test_an_answer_that_another_has_overtaken_is_not_told(telling: Any) -> None:
    telling.TOLD[:] = [{"of": "tea"}]
    answers_tell()
    telling.stock_set(4)
    Copy.objects.update(answered_at=timezone.now() + timedelta(minutes=1))
    assert answers_tell() == {"told": 0, "taken back": 0}
    assert Copy.objects.get(value__stock=0)


def test_two_that_tell_at_once_tell_it_once(telling: Any) -> None:
    telling.TOLD[:] = [{"of": "tea"}]
    ask(of="tea")  # so that both find it near
    results: list[dict[str, int]] = []
    second = Beside(lambda: results.append(answers_tell()))
    with transaction.atomic():
        results.append(answers_tell())
        assert second.start()
    second.join()
    assert [one["told"] for one in results] == [1, 0]
    assert told() == [UPDATE]


@pytest.mark.parametrize(
    ("of", "why"),
    [("x" * LARGEST_MESSAGE, "bytes of at most"), ("te\0a", "NUL"), ("bang", "gone")],
)
def test_one_that_cannot_be_told_keeps_no_other_back(telling: Any, of: str, why: str) -> None:
    telling.TOLD[:] = [{"of": of}, {"of": "tea"}]

    def fail() -> None:
        raise ValueError("gone")

    if of == "bang":
        telling.DURING.append(fail)
    with pytest.raises(TellingFailed, match=rf"stock .*{why}"):
        answers_tell()
    assert told() == [UPDATE]
    assert [row.key for row in Copy.objects.all()] == [question_digest({"of": "tea"})]


def test_one_that_cannot_be_told_any_more_stays_as_it_was_told(telling: Any) -> None:
    telling.TOLD[:] = [{"of": "tea"}, {"of": "rice"}]
    answers_tell()
    telling.stock_set(4)

    def fail() -> None:
        raise ValueError("gone")

    telling.DURING.append(fail)
    with pytest.raises(TellingFailed):
        answers_tell()
    held = Copy.objects.order_by("value__stock").values_list("value__question__of", "value__stock")
    assert list(held) == [("tea", 0), ("rice", 4)]


def test_a_kind_whose_questions_are_not_known_keeps_no_other_back(
    telling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def questions() -> Iterator[Question]:
        yield {"of": "tea"}
        raise ValueError("gone")

    telling.TOLD[:] = [{"of": "tea"}]
    broken = Kind("broken", (), telling.answer, questions)
    kinds = {"broken": broken, "stock": telling.STOCK_KIND}
    monkeypatch.setattr("apps.shared.knowledge_cache.services.telling.site_kinds", lambda: kinds)
    with pytest.raises(TellingFailed, match="broken questions: ValueError: gone"):
        answers_tell()
    assert told() == [UPDATE]


def test_of_many_that_cannot_be_told_a_few_are_named(telling: Any) -> None:
    telling.TOLD[:] = [{"of": f"te\0a{number}"} for number in range(5)]
    with pytest.raises(TellingFailed, match=r"; 2 more$"):
        answers_tell()


def test_who_is_isolated_tells_nobody(stock: Any, settings: Any, tmp_path: Path) -> None:
    settings.IDENTITY = replace(settings.IDENTITY, seed="", folder=tmp_path)  # without a key
    stock.TOLD[:] = [{"of": "tea"}]
    assert answers_tell()["told"] == 1  # kept for whoever asks
    stock.TOLD[:] = []
    assert answers_tell()["taken back"] == 1
    assert told() == []


def test_all_that_was_told_can_be_asked_for_in_pages(
    telling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling.TOLD[:] = [{"of": number} for number in range(7)]
    answers_tell()
    telling.TOLD[:] = telling.TOLD[:5]
    answers_tell()
    monkeypatch.setattr("apps.shared.knowledge_cache.questions.PAGE", 2)
    found: list[KnowledgeEntry] = []
    after = None
    while True:
        page = entries(KnowledgeRequest(kind="stock", after=after), instance="three")
        assert len(page.entries) <= 2
        found += page.entries
        if (after := page.next) is None:
            break
    assert [one.key for one in found] == sorted(question_digest({"of": n}) for n in range(5))
    assert entries(KnowledgeRequest(kind="other"), instance="three").entries == ()


def test_a_page_is_bounded_in_bytes(telling: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    telling.TOLD[:] = [{"of": str(number) * 200} for number in range(4)]
    answers_tell()
    monkeypatch.setattr("apps.shared.knowledge_cache.questions.PAGE_BYTES", 1)
    page = entries(KnowledgeRequest(kind="stock"), instance="three")
    assert len(page.entries) == 1
    assert page.next == page.entries[0].key


def test_bytes_are_counted_not_characters(telling: Any) -> None:
    telling.TOLD[:] = [{"of": letter * 150_000} for letter in "éèê"]
    answers_tell()
    page = entries(KnowledgeRequest(kind="stock"), instance="three")
    assert len(page.entries) == 1
    assert len(page.model_dump_json().encode()) < LARGEST_MESSAGE


def test_what_is_asked_most_is_worked_out_before_it_is_asked_again(stock: Any) -> None:
    for _ in range(5):
        ask(of="tea")
    ask(of="rice")
    stock.stock_set(1)
    assert cache_prewarm() == {"made": 2, "right already": 0, "failed": 0}
    stock.WORKED.clear()
    assert [ask(of="tea"), ask(of="rice")] == ["near", "near"]
    assert stock.WORKED == []
    assert cache_prewarm()["right already"] == 2


def test_prewarming_begins_with_what_is_asked_most_and_forgets_by_halves(
    stock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for of in ("tea", "rice", "salt"):
        ask(of=of)
    Entry.objects.filter(question__of="rice").update(asked=8)
    Entry.objects.filter(question__of="tea").update(asked=4)
    Entry.objects.create(
        kind="bygone", key="k", question={}, revision="", value={}, bytes=2, seconds=0, asked=99,
        made_at=timezone.now(), asked_at=timezone.now(),
    )  # fmt: skip
    stock.stock_set(1)
    stock.WORKED.clear()
    monkeypatch.setattr(warming, "QUESTIONS", 2)
    assert cache_prewarm() == {"made": 2, "right already": 0, "failed": 0}
    assert stock.WORKED == [{"of": "rice"}, {"of": "tea"}]
    assert Entry.objects.get(question__of="rice").asked == 4  # half of nine


def test_prewarming_is_bounded_and_one_that_fails_stops_no_other(
    stock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for of in ("tea", "rice", "salt"):
        ask(of=of)
    stock.stock_set(1)

    def fail() -> None:
        raise ValueError("gone")

    stock.DURING.append(fail)
    found = cache_prewarm()
    assert (found["made"], found["failed"]) == (2, 1)
    stock.stock_set(2)
    monkeypatch.setattr(warming, "SECONDS", 0.0)
    assert cache_prewarm() == {"made": 0, "right already": 0, "failed": 0}


def test_what_nobody_asks_for_goes(stock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for of in ("tea", "rice", "salt"):
        ask(of=of)
    old = timezone.now() - cleaning.KEPT - timedelta(minutes=1)
    Entry.objects.filter(question__of="tea").update(asked_at=old)
    assert cache_clean()["entries"] == 1
    size = Entry.objects.values_list("bytes", flat=True)[0]
    monkeypatch.setattr(cleaning, "BYTES", size + 5)
    assert cache_clean()["entries"] == 1
    assert Entry.objects.get().question == {"of": "salt"}  # asked last


def test_what_is_found_near_counts_as_asked(stock: Any) -> None:
    ask(of="tea")
    old = timezone.now() - cleaning.KEPT - timedelta(minutes=1)
    Entry.objects.update(asked_at=old)
    ask(of="tea")  # near
    assert cache_clean() == {"found near": 1, "entries": 0, "copies": 0}
    entry = Entry.objects.get()
    assert entry.asked == 2
    assert entry.asked_at > old


def test_copies_of_others_and_what_was_taken_back_lately_stay(stock: Any, settings: Any) -> None:
    long_ago = timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1)
    keys = ("back lately", "back long ago", "of another", "told long ago")
    for key in keys:
        stated = {"revision": 1, "answered_at": long_ago, "received_at": long_ago}
        name = "another" if key == "of another" else settings.IDENTITY.name
        value: dict[str, Any] | None = {} if key == "told long ago" else None
        Copy.objects.create(instance=name, kind="stock", key=key, value=value, **stated)
    Copy.objects.filter(key="back lately").update(received_at=timezone.now())
    assert cache_clean()["copies"] == 1
    assert set(Copy.objects.values_list("key", flat=True)) == set(keys) - {"back long ago"}


def test_copies_that_ended_go(stock: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()

    def copy(key: str, *, own: bool = False, lasts: timedelta | None = None) -> None:
        entry = KnowledgeEntry(
            key=key,
            revision=1,
            value={},
            answered_at=now,
            expires_at=now + lasts if lasts is not None else None,
        )
        copies_keep(kind="stock", entries=[entry], own=own)

    copy("told")
    copy("expired", lasts=timedelta(minutes=-1))
    copy("lasting", lasts=timedelta(minutes=1))
    for key in ("asked", "unasked", "older"):
        copy(key, own=True)
    long_ago = now - timedelta(days=settings.RETENTION_DAYS + 1)
    Copy.objects.filter(key__in=["asked", "unasked"]).update(received_at=long_ago)
    Copy.objects.filter(key="asked").update(asked_at=now)
    assert cache_clean()["copies"] == 2
    assert set(Copy.objects.values_list("key", flat=True)) == {"told", "lasting", "asked", "older"}
    monkeypatch.setattr(cleaning, "COPIES", 1)
    assert cache_clean()["copies"] == 1
    assert not Copy.objects.filter(key="asked").exists()


@pytest.fixture
def views(stock: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Two views of a table; the second can be refreshed concurrently only once it is filled."""
    names = ["knowledge_test_one", "knowledge_test_two"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE knowledge_test (id int)")
        for name in names:
            cursor.execute(
                f"CREATE MATERIALIZED VIEW {name} AS SELECT id FROM knowledge_test WITH NO DATA"
            )
            cursor.execute(f"CREATE UNIQUE INDEX ON {name} (id)")
    monkeypatch.setattr(stock, "VIEWS", names)
    yield names
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE knowledge_test CASCADE")


def rows(view: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {view}")
        return int(cursor.fetchone()[0])


def insert() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO knowledge_test SELECT coalesce(max(id), 0) + 1 FROM knowledge_test"
        )


def test_views_are_filled_refreshed_and_have_a_revision(views: list[str]) -> None:
    for number in (1, 2):
        insert()
        assert views_refresh() == views
        assert [rows(view) for view in views] == [number, number]
        assert Source.objects.get(name=f"view:{views[0]}").revision == number


def test_a_view_that_fails_stops_no_other(views: list[str]) -> None:
    insert()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP MATERIALIZED VIEW {views[0]}")
    with pytest.raises(RefreshFailed, match=r"knowledge_test_one.*does not exist"):
        views_refresh()
    assert rows(views[1]) == 1


def test_who_reads_a_view_keeps_nobody_from_refreshing_it(views: list[str]) -> None:
    views_refresh()
    insert()
    refreshing = Beside(views_refresh)
    with transaction.atomic():
        assert rows(views[0]) == 0
        assert not refreshing.start()  # it does not wait
    assert rows(views[0]) == 1


def test_a_view_that_another_refreshes_is_left_to_it(views: list[str]) -> None:
    insert()
    done: list[list[str]] = []

    def second() -> None:
        done.append(views_refresh())
        connections.close_all()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('knowledge:view:' || %s, 0))", [views[0]]
        )
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert done == [views[1:]]


def test_a_view_that_fails_keeps_no_answer_back(views: list[str], telling: Any) -> None:
    telling.TOLD[:] = [{"of": "tea"}]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP MATERIALIZED VIEW {views[0]}")
    tasks.refresh()
    assert told() == [UPDATE]
    job = Job.objects.get()
    assert (job.state, "does not exist" in job.error) == (Job.State.FAILED, True)


@pytest.mark.parametrize("task", [tasks.clean, tasks.refresh, tasks.prewarm])
def test_every_run_is_a_row(stock: Any, task: Any) -> None:
    task()
    assert Job.objects.get().state == Job.State.SUCCEEDED
