"""Every action leaves an entry, and the log can be read and not changed."""

from __future__ import annotations

import io
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from apps.shared.access.audit import Actor, audit_record
from apps.shared.access.commands import RecordedCommand
from apps.shared.access.models import AuditEntry
from apps.shared.access.roles import Role
from tests.common.factories.core import JobFactory
from tests.common.people import person

pytestmark = pytest.mark.django_db
SOMEBODY = Actor("ada", "command")
LOOKING = {
    *("asyncapi", "audit", "doctor", "explain_path", "knowledge", "packages", "patterns"),
    *("review", "runs", "sbom", "search", "suggest", "instances", "advisories"),
}
"""Commands that change nothing that others see."""
RUNNING = {"up", "nats_bridge", "nats_setup", "nats_config"}
"""Commands that keep the site going."""
ACCOUNTS = {"create_admin", "create_user"}
"""Commands that write their own entry, with the account that they made."""


def log(**filters: Any) -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.filter(**filters).order_by("id")
    return list(rows.values_list("actor", "action", "target"))


def test_every_command_either_looks_or_is_recorded() -> None:
    import_module("apps.shared.core.urls")
    ours = {name: app for name, app in get_commands().items() if app.startswith("apps.")}
    commands = {name: load_command_class(app, name) for name, app in ours.items()}
    recorded = {name for name, one in commands.items() if isinstance(one, RecordedCommand)}
    assert recorded
    assert set(ours) - recorded <= LOOKING | RUNNING | ACCOUNTS
    assert not recorded & (LOOKING | RUNNING | ACCOUNTS)


def test_every_admin_action_is_recorded_where_it_is_written() -> None:
    import_module("apps.shared.core.urls")
    for model, one in admin.site._registry.items():
        source = Path(import_module(type(one).__module__).__file__ or "").read_text()
        for name in one.actions or ():
            if name == "compare" or not model._meta.app_config.name.startswith("apps."):
                continue
            body = re.search(
                rf"def {name}\(.*?(?=\n    def |\n    @|\nclass |\Z)", source, re.DOTALL
            )
            assert body, f"{model}: {name}"
            says = "audit_record" in body[0] or "_enqueue" in body[0] or "shut_out" in body[0]
            assert says, f"{model}: {name} leaves no entry"


def test_a_command_is_recorded_before_it_begins_and_marked_when_refused() -> None:
    with pytest.raises(CommandError, match="No insight"):
        call_command("insights", "--dismiss", "unknown")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.outcome, entry.via) == ("insight.dismiss", "refused", "command")
    assert entry.details["dismiss"] == "unknown"
    assert "No insight" in entry.details["error"]
    call_command("insights", stdout=io.StringIO())
    assert AuditEntry.objects.count() == 1


def test_what_only_looks_is_not_recorded(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    call_command("ingest", str(tmp_path), "--dry-run", stdout=io.StringIO())
    assert not AuditEntry.objects.exists()


def test_an_admin_action_is_recorded_with_who_and_from_where(client: Client) -> None:
    job = JobFactory(state="queued")
    viewer, operator = person(Role.VIEWER), person(Role.OPERATOR)
    chosen = {"action": "cancel", "_selected_action": [job.pk]}
    client.force_login(viewer)
    AuditEntry.objects.all().delete()
    page = client.get(f"/admin/core/job/{job.pk}/change/").content.decode()
    assert "Cancel this job" not in page
    client.post("/admin/core/job/", chosen)
    job.refresh_from_db()
    assert (job.state, AuditEntry.objects.count()) == ("queued", 0)
    client.force_login(operator)
    assert "Cancel this job" in client.get(f"/admin/core/job/{job.pk}/change/").content.decode()
    client.post("/admin/core/job/", chosen)
    job.refresh_from_db()
    assert job.state == "cancelled"
    entry = AuditEntry.objects.get(action="job.cancel")
    assert (entry.actor, entry.via, entry.address) == ("operator", "dashboard", "127.0.0.1")


def test_accounts_and_groups_are_recorded_when_they_are_edited(client: Client) -> None:
    root = User.objects.create_superuser("root")
    client.force_login(root)
    AuditEntry.objects.all().delete()
    secret = "correct horse battery"
    given = {"username": "ada", "password1": secret, "password2": secret, "usable_password": "true"}
    assert client.post("/admin/auth/user/add/", given).status_code == 302
    ada = User.objects.get(username="ada")
    client.post("/admin/auth/group/add/", {"name": "ours", "permissions": []})
    client.post(f"/admin/auth/user/{ada.pk}/delete/", {"post": "yes"})
    assert log() == [
        ("root", "user.create", "ada"),
        ("root", "group.create", "ours"),
        ("root", "user.delete", "ada"),
    ]
    assert secret not in json.dumps(list(AuditEntry.objects.values_list("details", flat=True)))


def test_who_comes_and_goes_is_recorded(client: Client) -> None:
    User.objects.create_superuser("root", password="correct horse")
    client.post("/admin/login/", {"username": "root", "password": "wrong horse"})
    client.post("/admin/login/", {"username": "root", "password": "correct horse"})
    client.post("/admin/logout/")
    assert log() == [
        ("root", "login.failed", "root"),
        ("root", "login.done", "root"),
        ("root", "logout.done", "root"),
    ]
    assert AuditEntry.objects.filter(outcome="refused").count() == 1
    said = json.dumps(list(AuditEntry.objects.values("details", "target", "actor")))
    assert "horse" not in said


def test_the_log_is_read_by_operators_and_changed_by_nobody(client: Client) -> None:
    entry = audit_record("job.cancel", actor=SOMEBODY, about="ingest shop")
    AuditEntry.objects.create(instance="elsewhere", actor="mallory", via="api", action="job.cancel")
    client.force_login(person(Role.VIEWER))
    assert client.get("/admin/access/auditentry/").status_code == 403
    client.force_login(User.objects.create_superuser("root"))
    page = client.get("/admin/access/auditentry/?q=ingest").content.decode()
    assert "ingest shop" in page
    assert "mallory" not in client.get("/admin/access/auditentry/").content.decode()
    for address in ("add/", f"{entry.pk}/delete/"):
        assert client.get(f"/admin/access/auditentry/{address}").status_code == 403
    client.post(f"/admin/access/auditentry/{entry.pk}/change/", {"actor": "eve"})
    entry.refresh_from_db()
    assert entry.actor == "ada"


def test_over_rest_it_is_filtered() -> None:
    audit_record("job.cancel", actor=SOMEBODY)
    audit_record("ingest.start", actor=SOMEBODY, about="shop", files=3)
    client = APIClient()
    client.force_authenticate(person(Role.VIEWER))
    assert client.get("/api/v1/audit").status_code == 403
    client.force_authenticate(person(Role.OPERATOR))
    (row,) = client.get("/api/v1/audit", {"action": "ingest"}).json()["results"]
    assert (row["actor"], row["target"], row["details"]) == ("ada", "shop", {"files": 3})
    assert client.get(f"/api/v1/audit/{row['id']}").json() == row
    assert client.get("/api/v1/audit", {"since": "2199-01-01T00:00:00Z"}).json()["results"] == []
    assert client.get("/api/v1/audit", {"since": "soon"}).status_code == 400
    assert client.post("/api/v1/audit", {}).status_code in {403, 405}


def test_the_command_shows_it() -> None:
    audit_record("job.cancel", actor=SOMEBODY, about="ingest shop")
    audit_record("user.create", actor=Actor("eve", "command"), about="ada")

    def said(*arguments: str) -> str:
        out = io.StringIO()
        call_command("audit", *arguments, stdout=out)
        return out.getvalue()

    assert "ingest shop" in said()
    assert [row["actor"] for row in json.loads(said("--json", "--action", "user"))] == ["eve"]
    assert [row["actor"] for row in json.loads(said("--json", "--actor", "ada"))] == ["ada"]
    assert said("--since", "2199-01-01") == "Nobody did anything like that.\n"
    with pytest.raises(CommandError, match="no time such as"):
        said("--since", "soon")


def test_an_entry_goes_with_its_action() -> None:
    job = JobFactory(state="queued")
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(person(Role.OPERATOR))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE access_auditentry ADD CHECK (actor <> 'operator') NOT VALID")
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 500
    job.refresh_from_db()
    assert job.state == "queued"
