"""Who may what: roles, and what each endpoint takes."""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from apps.shared.access.models import ApiToken, AuditEntry, Scope
from apps.shared.access.roles import Role
from tests.common.factories.core import JobFactory
from tests.common.people import person

pytestmark = pytest.mark.django_db


def held(role: Role) -> set[str]:
    rows = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


def test_each_role_may_what_the_one_before_it_may_and_more() -> None:
    viewer, operator, admin = (held(role) for role in Role)
    assert viewer < operator < admin
    assert all(name.partition(".")[2].startswith("view_") for name in viewer)
    assert "core.view_job" in viewer
    assert not {name for name in viewer if name.startswith(("auth.", "access."))}
    assert operator - viewer == set(import_module(settings.SITE_WIRING).OPERATOR)
    assert len(admin) == Permission.objects.count()


def test_roles_follow_the_code_at_each_migration() -> None:
    group = Group.objects.get(name=Role.VIEWER)
    before = held(Role.VIEWER)
    group.permissions.set(Permission.objects.filter(codename="delete_job"))
    own = Group.objects.create(name="ours")
    own.permissions.set(Permission.objects.filter(codename="view_job"))
    call_command("migrate", verbosity=0)
    assert held(Role.VIEWER) == before
    assert own.permissions.count() == 1


def test_a_viewer_reads_an_operator_cancels() -> None:
    job = JobFactory(state="queued")
    client = APIClient()
    client.force_authenticate(person(Role.VIEWER))
    assert client.get(f"/api/v1/jobs/{job.pk}").status_code == 200
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 403
    assert not AuditEntry.objects.exists()
    operator = person(Role.OPERATOR)
    client.force_authenticate(operator)
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 200
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.via) == ("job.cancel", "operator", "api")
    assert (entry.target_kind, entry.target_id, entry.user) == ("core.job", str(job.pk), operator)
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 409
    assert AuditEntry.objects.count() == 1


def test_a_token_does_no_more_than_its_scopes() -> None:
    job = JobFactory(state="queued")
    _, secret = ApiToken.objects.create(person(Role.ADMIN), name="look", scopes=[Scope.READ])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    assert client.get(f"/api/v1/jobs/{job.pk}").status_code == 200
    refused = client.post(f"/api/v1/jobs/{job.pk}/cancel")
    assert refused.status_code == 403
    assert "lacks the scope 'operate'" in refused.json()["detail"]


def make(*arguments: str, typed: str = "", monkeypatch: Any = None) -> str:
    out = io.StringIO()
    if typed:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    call_command("create_user", *arguments, stdout=out)
    return out.getvalue()


def test_an_account_with_a_role_can_enter() -> None:
    said = make("ada", "--role", "operator")
    assert said.startswith("created ada, operator, password ")
    user = User.objects.get(username="ada")
    assert user.is_staff
    assert not user.is_superuser
    assert user.check_password(said.split()[-1])
    assert [group.name for group in user.groups.all()] == ["operator"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.via) == ("user.create", "ada", "command")
    assert entry.details == {"role": "operator"}
    assert said.split()[-1] not in str(entry.__dict__)


def test_another_role_takes_the_place_of_the_first_and_leaves_other_groups() -> None:
    make("ada", "--role", "operator")
    User.objects.get().groups.add(Group.objects.create(name="ours"))
    password = User.objects.get().password
    assert make("ada", "--role", "viewer") == "changed ada, viewer\n"
    assert sorted(User.objects.get().groups.values_list("name", flat=True)) == ["ours", "viewer"]
    assert User.objects.get().password == password


def test_a_given_password_is_checked_and_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="too common"):
        make("ada", "--password-stdin", typed="password\n", monkeypatch=monkeypatch)
    assert not User.objects.exists()
    said = make("ada", "--password-stdin", typed="correct horse\n", monkeypatch=monkeypatch)
    assert said == "created ada, viewer\n"
    assert User.objects.get().check_password("correct horse")


def test_wrong_names_and_superusers_are_refused() -> None:
    with pytest.raises(CommandError, match="valid username"):
        make("a b")
    User.objects.create_superuser("root")
    with pytest.raises(CommandError, match="root is a superuser"):
        make("root", "--role", "viewer")
    assert not AuditEntry.objects.exists()
