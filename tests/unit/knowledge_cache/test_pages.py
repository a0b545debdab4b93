"""What people see of copies and of cached answers."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from apps.shared.contracts.payloads.knowledge import KnowledgeEntry
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
