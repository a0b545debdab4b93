"""What is served is never older than its sources, wherever it is found and whatever is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from apps.shared.core.embedded.servers import EmbeddedServers
from apps.shared.knowledge_cache import near as near_module
from apps.shared.knowledge_cache.models import Entry, Tally
from apps.shared.knowledge_cache.near import LARGEST_NEAR, Near
from apps.shared.knowledge_cache.services import answering
from apps.shared.knowledge_cache.services.answering import Cached, answer_cached
from apps.shared.knowledge_cache.services.cleaning import cache_clean


def ask(**question: Any) -> Cached:
    return answer_cached(kind="stock", question=question)


def near_emptied(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.flushall()


def test_it_is_worked_out_once_then_found_near_and_kept(stock: Any, valkey: str) -> None:
    stock.stock_set(7)
    found = [ask(of="tea"), ask(of="tea")]
    near_emptied(valkey)
    found += [ask(of="tea"), ask(of="tea")]
    assert [one.hit for one in found] == ["made", "near", "kept", "near"]
    assert {one.value["stock"] for one in found} == {7}
    assert len({one.made_at for one in found}) == 1
    assert len(stock.WORKED) == 1


def test_the_same_question_in_another_order_is_the_same(stock: Any) -> None:
    assert [ask(a=1, b=2).hit, ask(b=2, a=1).hit, ask(a=1, b=3).hit] == ["made", "near", "made"]


def test_after_a_change_nothing_older_is_served(stock: Any) -> None:
    for number in range(1, 4):
        stock.stock_set(number)
        assert [ask().value["stock"], ask().value["stock"]] == [number, number]
    assert Entry.objects.get().value["stock"] == 3


def test_what_changes_while_it_is_worked_out_is_not_served_afterwards(stock: Any) -> None:
    stock.DURING.append(lambda: stock.stock_set(2))
    assert ask().value["stock"] == 0  # true when it was asked
    assert not Entry.objects.exists()
    assert (ask().value["stock"], ask().hit) == (2, "near")


def test_a_change_that_is_rolled_back_leaves_nothing_under_its_revision(stock: Any) -> None:
    with transaction.atomic():
        stock.stock_set(5)
        assert ask().value["stock"] == 5
        transaction.set_rollback(True)
    stock.STOCK[0] = 0
    assert ask().value["stock"] == 0
    stock.stock_set(6)  # the same number of a revision as the one that was undone
    assert ask().value["stock"] == 6


@given(steps=st.lists(st.sampled_from(["change", "ask", "lose near", "lose kept"]), max_size=12))
@bounds(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_interleaving_serves_what_is_older(stock: Any, valkey: str, steps: list[str]) -> None:
    for step in steps:
        match step:
            case "change":
                stock.stock_set(stock.STOCK[0] + 1)
            case "lose near":
                near_emptied(valkey)
            case "lose kept":
                Entry.objects.all().delete()
            case _:
                assert ask().value["stock"] == stock.STOCK[0]


def test_what_no_database_takes_is_answered_and_not_kept(stock: Any) -> None:
    assert ask(of="te\0a").value["question"] == {"of": "te\0a"}
    assert [ask(of="te\0a").hit, ask(of="tea").hit, ask(of="tea").hit] == ["made", "made", "near"]


def test_what_is_worked_out_in_a_transaction_is_near_once_that_is_committed(stock: Any) -> None:
    with transaction.atomic():
        stock.STOCK[0] = 9  # not yet said to have changed
        ask()
        transaction.set_rollback(True)
    stock.STOCK[0] = 0
    assert (ask().value["stock"], ask().hit) == (0, "near")


def test_two_that_ask_at_once_work_it_out_once(stock: Any) -> None:
    started, answers = threading.Event(), []

    def second() -> None:
        started.set()
        answers.append(ask())
        connections.close_all()

    other = threading.Thread(target=second)

    def meanwhile() -> None:
        other.start()
        started.wait()

    stock.DURING.append(meanwhile)
    first = ask()
    other.join()
    assert first.hit == "made"
    assert answers[0].value == first.value
    assert len(stock.WORKED) == 1


def test_who_waits_too_long_works_it_out_too(stock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "WAIT", "50ms")
    answers = []

    def second() -> None:
        answers.append(ask())
        connections.close_all()

    def other() -> None:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    stock.DURING.append(other)
    ask()
    assert answers[0].hit == "made"
    assert len(stock.WORKED) == 2


def test_an_unknown_kind_is_a_key_error(stock: Any) -> None:
    with pytest.raises(KeyError, match="tock"):
        answer_cached(kind="tock", question={})


def test_what_is_too_large_is_kept_less_near(stock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    large = "x" * LARGEST_NEAR
    assert [ask(of=large).hit, ask(of=large).hit] == ["made", "kept"]
    monkeypatch.setattr(answering, "LARGEST_KEPT", 100)
    stock.stock_set(1)
    assert [ask(of=large).hit, ask(of=large).hit] == ["made", "made"]


def test_where_answers_are_found_is_counted(stock: Any, valkey: str) -> None:
    for _ in range(4):
        ask(of="tea")
    assert cache_clean()["found near"] == 3
    near_emptied(valkey)
    ask(of="tea")
    tally = Tally.objects.get()
    assert (tally.near, tally.kept, tally.made) == (3, 1, 1)
    assert Entry.objects.get().asked == 5
    assert cache_clean()["found near"] == 0


@pytest.mark.django_db
def test_answers_cost_no_log_of_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relpersistence FROM pg_class WHERE relname = %s", [Entry._meta.db_table]
        )
        assert cursor.fetchone() == ("u",)


@pytest.fixture
def own_valkey(stock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The near copies are in a Valkey of the test's own, which it may stop."""
    servers = EmbeddedServers(tmp_path)
    servers.ensure_valkey()
    mine = Near(f"unix://{servers.valkey.socket}", "test")
    monkeypatch.setattr(near_module, "near", lambda: mine)
    monkeypatch.setattr(answering, "near", lambda: mine)
    yield servers.valkey
    servers.valkey.stop()


def test_without_valkey_answers_are_right(
    stock: Any, own_valkey: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_module, "AWAY_SECONDS", 0.0)
    assert [ask().hit, ask().hit] == ["made", "near"]
    own_valkey.stop()
    assert [ask().hit, ask().hit] == ["kept", "kept"]
    stock.stock_set(3)
    assert [ask().value["stock"], ask().hit] == [3, "kept"]


def test_after_an_error_it_is_left_alone_for_a_while(
    stock: Any, own_valkey: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask()
    own_valkey.stop()
    ask()
    tried: list[object] = []
    monkeypatch.setattr(redis.Redis, "execute_command", lambda *a, **k: tried.append(a))
    assert ask().hit == "kept"
    assert tried == []


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b'{"value": 3}', b"\xff\xfe", b"null"])
def test_garbage_under_a_key_is_worked_out_anew(stock: Any, valkey: str, garbage: bytes) -> None:
    ask()
    with redis.Redis.from_url(valkey) as client:
        keys = list(client.keys("*:stock:*"))
        for key in keys:
            client.set(key, garbage)
        assert keys
    assert [ask().hit, ask().hit] == ["kept", "near"]


def test_another_type_under_a_key_is_no_error(stock: Any, valkey: str) -> None:
    ask()
    with redis.Redis.from_url(valkey) as client:
        (key,) = client.keys("*:stock:*")
        client.delete(key)
        client.lpush(key, "x")
    assert ask().hit == "kept"
