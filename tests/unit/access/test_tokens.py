"""Tokens: who makes which, what they open, and when they end."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.shared.access.models import ApiToken, AuditEntry, Scope
from apps.shared.access.roles import Role
from tests.common.people import person
from tests.common.problems import problem_of, wrong_fields

pytestmark = pytest.mark.django_db
TOKENS, ME, LOGIN = "/api/v1/tokens", "/api/v1/me", "/api/v1/login"


def session(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def bearing(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client


def made(client: APIClient, *scopes: str, **more: Any) -> dict[str, Any]:
    asked = {"name": "program", "scopes": list(scopes), **more}
    response = client.post(TOKENS, asked, format="json")
    assert response.status_code == 201, response.content
    said: dict[str, Any] = response.json()
    return said


def test_a_token_is_made_used_and_taken_back() -> None:
    said = made(session(person(Role.VIEWER)), "read", days=30)
    token, program = said["token"], bearing(said["secret"])
    assert (token["name"], token["user"], token["scopes"]) == ("program", "viewer", ["read"])
    assert said["secret"].startswith(token["id"])
    ends = ApiToken.objects.get().expiry - timezone.now()
    assert timedelta(days=29, hours=23) < ends <= timedelta(days=30)
    me = program.get(ME).json()
    assert (me["name"], me["roles"], me["scopes"]) == ("viewer", ["viewer"], ["read"])
    assert program.get(TOKENS).json()["results"][0]["last_used_at"] is not None
    assert program.delete(f"{TOKENS}/{token['id']}").status_code == 403
    other = session(User.objects.get())
    assert other.delete(f"{TOKENS}/{token['id']}").status_code == 204
    assert program.get(ME).status_code == 401
    actions = AuditEntry.objects.filter(action__startswith="token").order_by("id")
    assert [row.action for row in actions] == ["token.create", "token.delete"]
    assert said["secret"] not in str(list(AuditEntry.objects.values()))


def test_a_token_makes_none_that_may_more() -> None:
    admin = person(Role.ADMIN)
    program = bearing(made(session(admin), "read", "operate")["secret"])
    assert made(program, "read")["token"]["scopes"] == ["read"]
    refused = program.post(TOKENS, {"name": "x", "scopes": ["administer"]}, format="json")
    assert (refused.status_code, problem_of(refused)["code"]) == (403, "permission_denied")


def test_a_token_makes_none_that_outlives_it() -> None:
    said = made(session(person(Role.OPERATOR)), "operate", days=2)
    program = bearing(said["secret"])
    longer = made(program, "operate", days=700)["token"]
    assert longer["expires_at"] <= said["token"]["expires_at"]
    shorter = made(program, "operate", days=1)["token"]
    assert shorter["expires_at"] < longer["expires_at"]


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(("operate",), 403), (("read", "operate"), 403), (("operate", "administer"), 204)],
)
def test_somebody_elses_token_takes_the_scope_of_admins(
    scopes: tuple[str, ...], status: int
) -> None:
    theirs = made(session(person(Role.VIEWER)), "read")["token"]
    program = bearing(made(session(person(Role.ADMIN)), *scopes)["secret"])
    assert program.delete(f"{TOKENS}/{theirs['id']}").status_code == status
    assert ApiToken.objects.filter(token_key=theirs["id"]).exists() == (status == 403)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"scopes": ["read"]}, "name"),
        ({"name": "x"}, "scopes"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["rule"]}, "scopes"),
        ({"name": "x", "scopes": ["read"], "days": 0}, "days"),
        ({"name": "x", "scopes": ["read"], "days": 10_000}, "days"),
    ],
)
def test_wrong_tokens_are_refused(asked: dict[str, Any], field: str) -> None:
    response = session(person(Role.VIEWER)).post(TOKENS, asked, format="json")
    assert response.status_code == 400
    assert list(wrong_fields(response)) == [field]


def test_one_sees_ones_own_and_who_keeps_accounts_sees_all() -> None:
    viewer, admin = person(Role.VIEWER), person(Role.ADMIN)
    theirs = made(session(admin), "read")["token"]
    mine = made(session(viewer), "read")["token"]
    rows = session(viewer).get(TOKENS).json()["results"]
    assert [row["id"] for row in rows] == [mine["id"]]
    assert session(viewer).delete(f"{TOKENS}/{theirs['id']}").status_code == 404
    rows = session(admin).get(TOKENS).json()["results"]
    assert [row["id"] for row in rows] == [mine["id"], theirs["id"]]
    assert session(admin).delete(f"{TOKENS}/{mine['id']}").status_code == 204


def test_an_old_token_and_that_of_a_closed_account_open_nothing() -> None:
    user = person(Role.VIEWER)
    _, old = ApiToken.objects.create(user, expiry=timedelta(seconds=-1), scopes=[Scope.READ])
    _, fresh = ApiToken.objects.create(user, scopes=[Scope.READ])
    assert bearing(old).get(ME).status_code == 401
    assert bearing(fresh).get(ME).status_code == 200
    user.is_active = False
    user.save()
    assert bearing(fresh).get(ME).status_code == 401


@pytest.mark.parametrize("secret", ["x", "\xff\xfe", "a b", "\0", "é" * 64, ""])
def test_nonsense_is_no_token(secret: str) -> None:
    assert bearing(secret).get(ME).status_code == 401


def test_use_is_noted_to_the_hour_and_costs_nothing_else() -> None:
    token, secret = ApiToken.objects.create(person(Role.VIEWER), scopes=[Scope.READ])
    bearing(secret).get(ME)
    token.refresh_from_db()
    first = token.last_used_at
    bearing(secret).get(ME)
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(hours=2))
    bearing(secret).get(ME)
    token.refresh_from_db()
    assert token.last_used_at > first


def test_a_name_and_a_password_are_worth_a_token() -> None:
    User.objects.create_user("ada", password="correct horse")
    said = APIClient().post(LOGIN, {"username": "ada", "password": "correct horse"}).json()
    assert bearing(said["secret"]).get(ME).json()["name"] == "ada"
    ends = ApiToken.objects.get().expiry - timezone.now()
    assert timedelta(hours=9) < ends <= timedelta(hours=10)
    entry = AuditEntry.objects.get(action="token.create")
    assert (entry.actor, entry.via) == ("ada", "api")
    wrong = APIClient().post(LOGIN, {"username": "ada", "password": "wrong"})
    assert (wrong.status_code, problem_of(wrong)["code"]) == (401, "authentication_failed")
    assert AuditEntry.objects.filter(action="login.failed", actor="ada").count() == 1


@pytest.mark.parametrize("way", ["page", "api"])
def test_after_ten_failures_the_name_is_locked_there(way: str, client: Client) -> None:
    User.objects.create_superuser("root", password="correct horse")

    def enter(password: str, address: str = "10.0.0.1") -> Any:
        place = "/admin/login/" if way == "page" else LOGIN
        given = {"username": "root", "password": password}
        return client.post(place, given, REMOTE_ADDR=address)

    first = [enter(f"wrong {number}").status_code for number in range(9)]
    assert set(first) == ({200} if way == "page" else {401})
    enter("wrong 9")
    locked = enter("correct horse")
    assert locked.status_code == 429
    assert locked["retry-after"] == "900"
    if way == "api":
        assert problem_of(locked)["code"] == "locked"
    else:
        assert "10 logins as root failed" in locked.content.decode()
        assert "15 minutes" in locked.content.decode()
    assert not ApiToken.objects.exists()
    assert AuditEntry.objects.filter(action="login.locked", target="root").exists()
    assert enter("correct horse", "10.0.0.2").status_code == (302 if way == "page" else 201)


def test_the_dashboard_shows_a_secret_once(client: Client) -> None:
    client.force_login(person(Role.VIEWER))
    given = {"name": "editor", "scopes": ["read"], "days": 7}
    page = client.post("/admin/access/apitoken/add/", given, follow=True).content.decode()
    found = re.search(r"shown this once: ([0-9a-f]{64})", page)
    assert found
    assert bearing(found[1]).get(ME).json()["scopes"] == ["read"]
    again = client.get("/admin/access/apitoken/").content.decode()
    assert found[1] not in again
    assert "editor" in again
    token = ApiToken.objects.get()
    made(session(person(Role.ADMIN)), "read", name="hidden one")
    assert "hidden one" not in client.get("/admin/access/apitoken/").content.decode()
    address = f"/admin/access/apitoken/{token.pk}/delete/"
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert not ApiToken.objects.filter(pk=token.pk).exists()
    assert bearing(found[1]).get(ME).status_code == 401
