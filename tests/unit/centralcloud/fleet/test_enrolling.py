"""Enrolment from the dashboard: a seed that is shown once, and who may have it drawn."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.services import instance_enroll, instance_revoke
from apps.shared.access.models import AuditEntry
from apps.shared.access.roles import Role
from apps.shared.contracts.nkeys import NKey
from tests.common.factories.fleet import key_new
from tests.common.people import person

pytestmark = pytest.mark.django_db
ENROL = reverse("admin:index") + "fleet/instance/enroll"
LIST = reverse("admin:index") + "fleet/instance/"


@pytest.fixture(autouse=True)
def admin(client: Client) -> None:
    client.force_login(person(Role.ADMIN))


def lines(response: Any) -> dict[str, str]:
    """What the page says to set at the instance."""
    text = html.unescape(response.content.decode())
    return dict(re.findall(r"([A-Z_]+)=(\S+)", text.partition("data-lines>")[2]))


def entries() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.filter(action__startswith="instance").order_by("id")
    return list(rows.values_list("action", "target", "outcome"))


def test_a_seed_is_drawn_shown_once_and_kept_nowhere(client: Client, settings: Any) -> None:
    assert ENROL in client.get(LIST).content.decode()
    response = client.post(ENROL, {"name": "acme", "note": "Payments"})
    assert "no-store" in response["Cache-Control"]
    given = lines(response)
    row = Instance.objects.get()
    assert (row.name, row.note, row.state) == ("acme", "Payments", "enrolled")
    assert given["INSTANCE_ID"] == "acme"
    assert NKey.from_seed(given["INSTANCE_NKEY_SEED"]).public == row.keys.get().public
    assert given["CENTRALCLOUD_PUBLIC_KEY"] == settings.IDENTITY.key_made_here().public
    assert entries() == [("instance.enroll", "acme", "done")]
    assert given["INSTANCE_NKEY_SEED"] not in str(list(AuditEntry.objects.values()))
    page = client.get(reverse("admin:index") + "fleet/instance/acme/change/").content.decode()
    assert given["INSTANCE_NKEY_SEED"] not in page


def test_an_instance_with_a_key_of_its_own_is_shown_no_seed(client: Client) -> None:
    public = key_new().public
    given = lines(client.post(ENROL, {"name": "acme", "public": f" {public} "}))
    assert set(given) == {"INSTANCE_ID", "CENTRALCLOUD_PUBLIC_KEY"}
    assert Instance.objects.get().keys.get().public == public


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ({}, "This field is required"),
        ({"name": "Not An Id"}, "is no instance ID"),
        ({"name": "acme", "public": "nonsense"}, "the key is wrong"),
        ({"name": "there"}, "there is enrolled already"),
    ],
)
def test_what_cannot_be_enrolled_is_said_in_the_form(
    client: Client, wanted: dict[str, str], line: str
) -> None:
    instance_enroll(name="there", public=key_new().public)
    response = client.post(ENROL, wanted)
    assert line in html.unescape(response.content.decode())
    assert not lines(response)
    assert [row.name for row in Instance.objects.all()] == ["there"]


def test_a_new_key_takes_the_place_of_the_old(client: Client) -> None:
    old = key_new().public
    instance_enroll(name="acme", public=old)
    page = client.get(f"{LIST}acme/change/").content.decode()
    assert f"{LIST}acme/rotate" in page
    assert "lets nobody in any more" in client.get(f"{LIST}acme/rotate").content.decode()
    given = lines(client.post(f"{LIST}acme/rotate"))
    keys = {key.public: key.retired_at for key in Instance.objects.get().keys.all()}
    assert keys.pop(old) is not None
    assert keys == {NKey.from_seed(given["INSTANCE_NKEY_SEED"]).public: None}
    assert entries() == [("instance.rotate", "acme", "done")]
    assert client.post(f"{LIST}nobody/rotate").status_code == 404


def test_who_is_revoked_gets_no_new_key(client: Client) -> None:
    instance_enroll(name="acme", public=key_new().public)
    instance_revoke(name="acme")
    assert f"{LIST}acme/rotate" not in client.get(f"{LIST}acme/change/").content.decode()
    response = client.post(f"{LIST}acme/rotate")
    assert "acme is revoked" in response.content.decode()
    assert entries() == [("instance.rotate", "acme", "refused")]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_who_is_no_admin_enrols_nobody(client: Client, role: Role) -> None:
    instance_enroll(name="acme", public=key_new().public)
    client.force_login(person(role))
    assert ENROL not in client.get(LIST).content.decode()
    assert f"{LIST}acme/rotate" not in client.get(f"{LIST}acme/change/").content.decode()
    for address in (ENROL, f"{LIST}acme/rotate"):
        assert client.get(address).status_code == 403
        assert client.post(address, {"name": "other"}).status_code == 403
    assert Instance.objects.get().keys.count() == 1
