"""The event reference shows every message, and only to those who may be here."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse

from apps.shared.contracts.asyncapi import asyncapi_document
from apps.shared.contracts.subjects import CENTRALCLOUD, MESSAGES
from apps.shared.core.identity import Identity
from apps.shared.core.version import VERSION

pytestmark = pytest.mark.django_db


def page(client: Client) -> str:
    response = client.get(reverse("events"))
    assert response.status_code == 200
    return response.content.decode()


def test_every_message_is_on_the_page(admin_client: Client) -> None:
    text = page(admin_client)
    for message in MESSAGES:
        assert f'id="{message.name}"' in text
        assert all(address in text for address in message.addresses)
    assert "patterns[].occurrences" in text
    assert "at most 2,000 items" in text


def test_it_says_who_sends(admin_client: Client) -> None:
    here = page(admin_client)
    cloud = Identity(name="centralcloud", source=CENTRALCLOUD, seed="", folder=None)  # type: ignore[arg-type]
    with override_settings(IDENTITY=cloud):
        there = page(admin_client)
    ways = ("Sent here", "Received here")
    assert [here.count(way) for way in ways] == [there.count(way) for way in reversed(ways)]
    assert here.count("Sent here") + here.count("Received here") == len(MESSAGES)


def test_strangers_see_neither(client: Client) -> None:
    assert client.get(reverse("events")).status_code == 302
    assert client.get(reverse("asyncapi")).status_code == 401


def test_a_user_of_the_api_gets_the_document(client: Client) -> None:
    client.force_login(User.objects.create_user("reader"))
    response = client.get("/api/asyncapi.json")
    assert response["content-type"] == "application/json"
    document = json.loads(response.content)
    assert document["info"]["version"] == VERSION
    assert set(document) == set(asyncapi_document(source="/instances/a", version=VERSION))
