"""Instances and keys in the admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.services import instance_enroll
from centralcloud_site import wiring
from tests.common.factories.fleet import InstanceFactory, heard, key_new

pytestmark = pytest.mark.django_db
LIST = reverse("admin:fleet_instance_changelist")


def names(client: Client, **filters: str) -> set[str]:
    response = client.get(LIST, filters)
    assert response.status_code == 200
    return {one.name for one in response.context["cl"].queryset}


def act(client: Client, action: str, *instances: str, **more: str) -> str:
    data = {"action": action, "_selected_action": list(instances), **more}
    return client.post(LIST, data, follow=True).content.decode()


@pytest.mark.parametrize("action", ["revoke", "withdraw"])
def test_shutting_out_asks_and_then_does(admin_client: Client, action: str) -> None:
    for name in ("a", "b", "c"):
        instance_enroll(name=name, public=key_new().public)
    html = act(admin_client, action, "a", "b")
    assert "2 instances?" in html
    assert set(Instance.objects.values_list("state", flat=True)) == {"enrolled"}
    html = act(admin_client, action, "a", "b", confirmed=action)
    state = {"revoke": "revoked", "withdraw": "withdrawn"}[action]
    states = dict(Instance.objects.values_list("name", "state"))
    assert states == {"a": state, "b": state, "c": "enrolled"}
    assert f"a is {state}" in html
    again = act(admin_client, action, "a", confirmed=action)
    assert "already" in again


def test_a_yes_to_one_question_is_no_yes_to_the_other(admin_client: Client) -> None:
    instance_enroll(name="a", public=key_new().public)
    assert "1 instance?" in act(admin_client, "withdraw", "a", confirmed="revoke")
    assert Instance.objects.get().state == "enrolled"


def test_all_of_a_long_list_are_shut_out_at_once(admin_client: Client) -> None:
    Instance.objects.bulk_create(InstanceFactory.build_batch(1500))
    first = Instance.objects.earliest("name").name
    html = act(admin_client, "revoke", first, select_across="1")
    assert "1,500 instances?" in html
    assert "1,480 more" in html
    act(admin_client, "revoke", first, select_across="1", confirmed="revoke")
    assert not Instance.objects.filter(state="enrolled").exists()


@pytest.mark.parametrize("given", ["view", "change"])
def test_each_step_needs_its_permission(client: Client, given: str) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    wanted = ["view_instance", f"{given}_instance"]
    reader.user_permissions.add(*Permission.objects.filter(codename__in=wanted))
    client.force_login(reader)
    instance_enroll(name="a", public=key_new().public)
    act(client, "withdraw", "a", confirmed="withdraw")
    assert Instance.objects.get().state == "enrolled"
    act(client, "revoke", "a", confirmed="revoke")
    assert Instance.objects.get().state == ("revoked" if given == "change" else "enrolled")
    page = client.get(reverse("admin:fleet_instance_change", args=["a"])).content.decode()
    assert "Withdraw…" not in page


def test_the_page_of_an_instance_shows_its_keys_and_offers_what_can_be_done(
    admin_client: Client,
) -> None:
    key = key_new()
    instance_enroll(name="a", public=key.public, note="<i>ours</i>")
    Instance.objects.update(**heard(timedelta(seconds=3), patterns=77))
    address = reverse("admin:fleet_instance_change", args=["a"])
    html = admin_client.get(address).content.decode()
    assert key.public in html
    assert "&lt;i&gt;ours&lt;/i&gt;" in html
    assert ">77</span> patterns" in html
    assert ("Revoke…" in html, "Withdraw…" in html) == (True, True)
    act(admin_client, "revoke", "a", confirmed="revoke")
    html = admin_client.get(address).content.decode()
    assert ("Revoke…" in html, "Withdraw…" in html) == (False, True)
    assert admin_client.get(reverse("admin:fleet_instance_change", args=["x"])).status_code == 302


def test_the_list_is_filtered_by_how_they_are(admin_client: Client) -> None:
    InstanceFactory(name="here", **heard())
    InstanceFactory(name="away", note="in the cellar", **heard(timedelta(days=3)))
    InstanceFactory(name="out", state="revoked", **heard())
    InstanceFactory(name="gone", state="withdrawn", withdrawn_at=timezone.now())
    assert names(admin_client) == {"here", "away", "out", "gone"}
    assert names(admin_client, condition="online") == {"here"}
    assert names(admin_client, condition="offline") == {"away"}
    assert names(admin_client, condition="revoked") == {"out"}
    assert names(admin_client, condition="nonsense") == {"here", "away", "out", "gone"}
    assert names(admin_client, q="cellar") == {"away"}


def test_keys_are_listed_and_nobody_writes_them(admin_client: Client) -> None:
    key = key_new()
    instance_enroll(name="a", public=key.public)
    html = admin_client.get(reverse("admin:fleet_instancekey_changelist")).content.decode()
    assert key.public in html
    assert admin_client.get(reverse("admin:fleet_instancekey_add")).status_code == 403
    assert admin_client.get(reverse("admin:fleet_instance_add")).status_code == 403


def test_an_app_that_fails_to_withdraw_leaves_the_instance_as_it_was(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "WITHDRAWALS", [f"{__name__}.fail"])
    instance_enroll(name="a", public=key_new().public)
    with pytest.raises(RuntimeError):
        act(admin_client, "withdraw", "a", confirmed="withdraw")
    assert Instance.objects.get().state == "enrolled"


def fail(*, instance: str) -> int:
    raise RuntimeError(instance)
