"""What people see of copies and of cached answers."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from prometheus_client import CollectorRegistry
from pytest_django import DjangoAssertNumQueries

from apps.shared.contracts.payloads.knowledge import KnowledgeEntry, KnowledgeInvalidated
from apps.shared.knowledge_cache.metrics import KnowledgeCollector
from apps.shared.knowledge_cache.models import Copy, Entry, Tally
from apps.shared.knowledge_cache.panels import KNOWLEDGE
from apps.shared.knowledge_cache.services.answering import answer_cached
from apps.shared.knowledge_cache.services.cleaning import cache_clean
from apps.shared.knowledge_cache.services.copies import copies_forget, copies_keep

pytestmark = pytest.mark.django_db
KIND = "hot_packages"


def kept(key: str, *, own: bool = False, kind: str = KIND) -> None:
    then = timezone.now() - timedelta(hours=2)
    entry = KnowledgeEntry(key=key, revision=1, value={"packages": [key]}, answered_at=then)
    copies_keep(kind=kind, entries=[entry], own=own)


def taken_back(key: str) -> None:
    copies_forget(payload=KnowledgeInvalidated(kind=KIND, keys=(key,), revision=2))


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("knowledge", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_lists_copies_with_their_age() -> None:
    assert "nats_bridge" in command()
    kept("told")
    kept("asked", own=True)
    assert command().startswith("hot_packages told worked out 2 h")
    [row] = json.loads(command(KIND, "--json"))
    assert row["value"] == {"packages": ["told"]}
    assert 7200 <= row["age_seconds"] < 7300
    assert "told" not in command("pattern_ranking")
    with pytest.raises(CommandError, match="hot_packages"):
        command("wages")


def test_copies_over_rest(admin_client: Client) -> None:
    kept("told")
    kept("asked", own=True)
    kept("other", kind="pattern_ranking")
    kept("gone")
    taken_back("gone")
    assert Client().get(f"/api/v1/knowledge/{KIND}").status_code in {401, 403}
    [row] = admin_client.get(f"/api/v1/knowledge/{KIND}").json()
    assert row["value"] == {"packages": ["told"]}
    assert 7200 <= row["age_seconds"] < 7300
    assert admin_client.get("/api/v1/knowledge/wages").status_code == 404


def test_the_panel_and_the_metrics_say_what_is_kept_and_where_it_was_found(stock: Any) -> None:
    for number in (1, 1, 2):
        answer_cached(kind="stock", question={"n": number})
    cache_clean()  # counts what was found near
    context = KNOWLEDGE.context(HttpRequest())
    assert (context["near_up"], context["entries"]) == (True, 2)
    assert "33 %" in render_to_string(KNOWLEDGE.template, dict(context))
    read = CollectorRegistry()
    read.register(KnowledgeCollector())
    found = {
        level: read.get_sample_value("knowledge_answers_total", {"kind": "stock", "level": level})
        for level in ("near", "kept", "made")
    }
    assert found == {"near": 1, "kept": 0, "made": 2}
    assert read.get_sample_value("knowledge_entries") == 2


def entry(kind: str = "stock", *, number: int = 0, hours: int = 3) -> Entry:
    """An answer of a hundred bytes that was worked out some hours ago."""
    then = timezone.now() - timedelta(hours=hours)
    stated = {"question": {"n": number}, "value": {}, "revision": "1", "seconds": 0.5}
    return Entry.objects.create(
        kind=kind, key=f"{number}", bytes=100, made_at=then, asked_at=then, **stated
    )


def panel() -> str:
    return " ".join(
        render_to_string(KNOWLEDGE.template, dict(KNOWLEDGE.context(HttpRequest()))).split()
    )


def test_the_panel_says_how_much_is_kept_and_how_old_it_is(valkey: str) -> None:
    assert "Valkey is up." in panel()
    assert "0 cached answers, 0 bytes." in panel()
    assert "No copies of Centralcloud's answers yet: <code>manage.py knowledge</code>" in panel()
    entry(number=1, hours=3)
    entry(number=2, hours=1)
    kept("told")
    kept("other")
    kept("asked", own=True)
    Copy.objects.filter(key="other").update(answered_at=timezone.now() - timedelta(days=3))
    assert "2 cached answers, 200 bytes, the oldest 3 h" in panel()
    assert "2 copies of Centralcloud's answers, worked out 2 h" in panel()
    assert "to 3 d" in panel()


def test_the_panel_speaks_of_copies_only_where_there_are_any_to_keep(
    valkey: str, settings: Any
) -> None:
    settings.SITE_WIRING = "centralcloud_site.wiring"
    assert "copies" not in panel().lower()


def test_the_panel_says_that_valkey_is_away(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(redis.Redis, "execute_command", gone)
    assert "Valkey is away:</span> answers are slower, never wrong" in panel()


def test_the_panel_costs_four_queries_whatever_is_kept(
    valkey: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(9):
        entry(number=number)
        kept(f"told {number}")
        Tally.objects.create(kind=f"kind_{number}", since=timezone.now())
    with django_assert_num_queries(4):
        panel()


def test_metrics_say_how_much_is_kept_and_how_old_it_is() -> None:
    read = CollectorRegistry()
    read.register(KnowledgeCollector())
    assert read.get_sample_value("knowledge_oldest_seconds") == 0
    entry(number=1, hours=3)
    entry(number=2, hours=1)
    assert read.get_sample_value("knowledge_bytes") == 200
    age = read.get_sample_value("knowledge_oldest_seconds")
    assert age is not None
    assert 3 * 3600 <= age < 3 * 3600 + 60


def test_metrics_are_named_without_the_database(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        named = {one.name for one in KnowledgeCollector().describe()}
    assert named == {one.name for one in KnowledgeCollector().collect()}


def test_a_forgotten_answer_is_made_anew_even_where_a_near_copy_is(
    stock: Any, admin_client: Client
) -> None:
    answer_cached(kind="stock", question={"n": 1})
    assert answer_cached(kind="stock", question={"n": 1}).hit == "near"
    address = reverse("admin:knowledge_cache_entry_changelist")
    chosen = {"action": "forget", "_selected_action": [Entry.objects.get().pk]}
    admin_client.post(address, chosen)
    assert answer_cached(kind="stock", question={"n": 1}).hit == "made"


def test_who_may_only_look_forgets_nothing(client: Client) -> None:
    one = entry()
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_entry"))
    client.force_login(viewer)
    address = reverse("admin:knowledge_cache_entry_changelist")
    assert client.get(address).status_code == 200
    client.post(address, {"action": "forget", "_selected_action": [one.pk]})
    assert Entry.objects.exists()
    client.force_login(User.objects.create_user("other", is_staff=True))
    assert client.get(address).status_code == 403


def test_one_of_a_kind_that_is_no_more_is_forgotten_too(admin_client: Client) -> None:
    chosen = {"action": "forget", "_selected_action": [entry("bygone").pk]}
    address = reverse("admin:knowledge_cache_entry_changelist")
    page = admin_client.post(address, chosen, follow=True).content.decode()
    assert "1 answers are worked out anew when asked." in page
    assert not Entry.objects.exists()


def test_the_list_shows_copies_of_this_instance_alone(admin_client: Client) -> None:
    kept("told")
    Copy.objects.filter(key="told").update(instance="another")
    kept("mine")
    page = admin_client.get(reverse("admin:knowledge_cache_copy_changelist")).content.decode()
    assert ("mine" in page, "told</" in page) == (True, False)


@pytest.mark.parametrize("name", ["entry", "copy", "tally"])
def test_a_list_costs_the_same_queries_for_few_and_many(name: str, admin_client: Client) -> None:
    def rows(numbers: range) -> None:
        for number in numbers:
            entry(number=number)
            kept(f"told {number}")
            Tally.objects.create(kind=f"kind_{number}", since=timezone.now())

    def cost() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert admin_client.get(address).status_code == 200
        return [query["sql"] for query in asked.captured_queries]

    address = reverse(f"admin:knowledge_cache_{name}_changelist")
    rows(range(2))
    few = cost()
    rows(range(2, 30))
    many = cost()
    assert len(many) == len(few) <= 10
    assert not [sql for sql in many if '"value"' in sql.partition(" FROM ")[0]]  # left where it is


@pytest.mark.parametrize("name", ["entry", "copy", "tally"])
def test_lists_open_and_nobody_edits_them(name: str, admin_client: Client) -> None:
    kept("told")
    assert admin_client.get(reverse(f"admin:knowledge_cache_{name}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"admin:knowledge_cache_{name}_add")).status_code == 403
