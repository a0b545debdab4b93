"""What people see of copies and of cached answers."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client import CollectorRegistry

from apps.shared.contracts.payloads.knowledge import KnowledgeEntry
from apps.shared.knowledge_cache.metrics import KnowledgeCollector
from apps.shared.knowledge_cache.models import Entry
from apps.shared.knowledge_cache.panels import KNOWLEDGE
from apps.shared.knowledge_cache.services.answering import answer_cached
from apps.shared.knowledge_cache.services.cleaning import cache_clean
from apps.shared.knowledge_cache.services.copies import copies_keep

pytestmark = pytest.mark.django_db
KIND = "hot_packages"


def kept(key: str, *, own: bool = False) -> None:
    then = timezone.now() - timedelta(hours=2)
    entry = KnowledgeEntry(key=key, revision=1, value={"packages": [key]}, answered_at=then)
    copies_keep(kind=KIND, entries=[entry], own=own)


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


def test_a_forgotten_answer_is_made_anew_even_where_a_near_copy_is(
    stock: Any, admin_client: Client
) -> None:
    answer_cached(kind="stock", question={"n": 1})
    assert answer_cached(kind="stock", question={"n": 1}).hit == "near"
    address = reverse("admin:knowledge_cache_entry_changelist")
    chosen = {"action": "forget", "_selected_action": [Entry.objects.get().pk]}
    admin_client.post(address, chosen)
    assert answer_cached(kind="stock", question={"n": 1}).hit == "made"


@pytest.mark.parametrize("name", ["entry", "copy", "tally"])
def test_lists_open_and_nobody_edits_them(name: str, admin_client: Client) -> None:
    kept("told")
    assert admin_client.get(reverse(f"admin:knowledge_cache_{name}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"admin:knowledge_cache_{name}_add")).status_code == 403
