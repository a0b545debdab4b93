"""What people and Prometheus see of messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.shared.contracts.nkeys import seed_new
from apps.shared.contracts.subjects import instance_source
from apps.shared.core.identity import Identity
from apps.shared.nats_bridge.models import BridgeState, DeadLetter, OutboxMessage, Refusals
from apps.shared.nats_bridge.panels import BRIDGE
from apps.shared.nats_bridge.services import outbox_put
from tests.common.bridge import INSTANCE, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def identity(settings: Any, tmp_path: Path) -> None:
    settings.IDENTITY = Identity(INSTANCE, instance_source(INSTANCE), seed_new(), tmp_path)


def letter(receiver: str = INSTANCE, **fields: Any) -> DeadLetter:
    now = datetime.now(UTC)
    values = {
        "subject": "intelligence.statistics.reported",
        "reason": "wrong signature",
        "data": b"<script>",
        "size": 8,
        "stream": "INTELLIGENCE",
        "stored_at": now,
        "sequence": DeadLetter.objects.count(),
        "set_aside_at": now,
    }
    return DeadLetter.objects.create(receiver=receiver, **{**values, **fields})


def panel() -> str:
    return " ".join(render_to_string(BRIDGE.template, dict(BRIDGE.context(HttpRequest()))).split())


def test_the_panel_says_how_messages_go() -> None:
    now = timezone.now()
    outbox_put(payload=report(1))
    letter()
    letter(receiver="another")
    letter(set_aside_at=now - timedelta(days=2))
    BridgeState.objects.create(
        name=INSTANCE, connected=True, server="nats:4222", pending=1234, since=now, heartbeat_at=now
    )
    shown = panel()
    assert "Connected</span> to nats:4222" in shown
    for name, number in {"unsent": "1", "pending": "1,234", "dead": "1", "set-aside": "0"}.items():
        assert f'data-number="{name}">{number}<' in shown


def test_the_panel_tells_a_lost_connection_from_a_missing_bridge() -> None:
    now = timezone.now()
    state = BridgeState.objects.create(
        name=INSTANCE, detail="Connection refused", since=now, heartbeat_at=now
    )
    assert "Not connected" in panel()
    assert "Connection refused" in panel()
    state.heartbeat_at = now - timedelta(minutes=5)
    state.save()
    assert "No bridge runs" in panel()


@pytest.mark.parametrize("name", ["outboxmessage", "inboxmessage", "deadletter", "refusals"])
def test_every_list_opens_and_shows_this_site_alone(admin_client: Client, name: str) -> None:
    letter(detail="ours")
    letter(receiver="another", detail="theirs")
    response = admin_client.get(reverse(f"admin:nats_bridge_{name}_changelist"))
    assert response.status_code == 200
    assert b"theirs" not in response.content


def test_a_dead_letter_is_shown_as_text(admin_client: Client) -> None:
    address = reverse("admin:nats_bridge_deadletter_change", args=[letter().pk])
    page = admin_client.get(address).content.decode()
    assert "&lt;script&gt;" in page
    assert ">&lt;script&gt;</pre>" in page


def test_messages_out_are_found_by_how_far_they_are(admin_client: Client) -> None:
    for state in ("waiting", "aside", "sent"):
        row = outbox_put(payload=report(1))
        now = timezone.now() if state != "waiting" else None
        field = "sent_at" if state == "sent" else "set_aside_at"
        OutboxMessage.objects.filter(pk=row.pk).update(**{field: now}, order_key=state)
    for state in ("waiting", "aside", "sent"):
        address = f"{reverse('admin:nats_bridge_outboxmessage_changelist')}?state={state}"
        found = admin_client.get(address).context["cl"].queryset
        assert [row.order_key for row in found] == [state]


def test_only_who_may_change_may_replay(client: Client, admin_client: Client) -> None:
    row = letter()
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_deadletter"))
    client.force_login(viewer)
    address = reverse("admin:nats_bridge_deadletter_changelist")
    form = {"action": "replay", "_selected_action": [row.pk]}
    assert b"stays" not in client.post(address, form, follow=True).content
    assert f"#{row.pk} stays".encode() in admin_client.post(address, form, follow=True).content


def test_prometheus_reads_what_waits_and_what_was_refused(client: Client) -> None:
    outbox_put(payload=report(1))
    letter()
    Refusals.objects.create(
        receiver=INSTANCE, day=timezone.now().date(), reason="wrong signature", count=500
    )
    lines = client.get("/metrics").content.decode().splitlines()
    assert "outbox_unsent 1.0" in lines
    assert "bridge_connected 0.0" in lines
    assert not any(line.startswith("bridge_pending ") for line in lines)  # nobody knows
    assert 'dead_letters{reason="wrong signature"} 1.0' in lines
    assert 'messages_refused_today{reason="wrong signature"} 500.0' in lines
