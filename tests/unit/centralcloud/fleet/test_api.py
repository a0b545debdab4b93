"""Instances over REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIRequestFactory, force_authenticate

from apps.centralcloud.fleet.api.views import InstanceViewSet
from tests.common.factories.core import AdminFactory
from tests.common.factories.fleet import InstanceFactory, heard

pytestmark = pytest.mark.django_db
JOB = {"kind": "mine", "done": 1, "total": 0, "unit": "", "elapsed_seconds": 0.5, "loss": None}


def get(address: str = "/instances", *, name: str = "", anonymous: bool = False) -> Any:
    request = APIRequestFactory().get(address)
    if not anonymous:
        force_authenticate(request, AdminFactory())
    view = InstanceViewSet.as_view({"get": "retrieve" if name else "list"})
    return view(request, pk=name) if name else view(request)


def test_an_instance_says_how_it_is() -> None:
    fields = heard(jobs=[JOB], languages=["go"], queued=3, lag_seconds=1.5)
    fields["told_at"] = fields["heard_at"] - timedelta(seconds=9)
    InstanceFactory(name="acme", note="ours", **fields)
    data = get(name="acme").data
    assert (data["name"], data["condition"], data["note"]) == ("acme", "online", "ours")
    assert data["clock_skew_seconds"] == -9
    assert (data["jobs"], data["languages"], data["lag_seconds"]) == ([JOB], ["go"], 1.5)
    assert get(name="nobody").status_code == 404


def test_pages_follow_each_other_and_miss_nobody() -> None:
    InstanceFactory.create_batch(7)
    address, seen = "/instances?page_size=3", []
    while address:
        data = get(address).data
        seen += [one["name"] for one in data["results"]]
        address = data["next"]
    assert len(seen) == 7
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("condition=online", {"here"}),
        ("condition=enrolled", {"new"}),
        ("state=revoked", {"out"}),
        ("condition=revoked", {"out"}),
        ("mode=read-write", {"here", "out"}),
        ("", {"here", "new", "out"}),
    ],
)
def test_the_list_is_filtered(query: str, expected: set[str]) -> None:
    InstanceFactory(name="here", **heard())
    InstanceFactory(name="new")
    InstanceFactory(name="out", state="revoked", **heard())
    assert {one["name"] for one in get(f"/instances?{query}").data["results"]} == expected


@pytest.mark.parametrize("query", ["condition=happy", "state=x"])
def test_a_wrong_filter_is_said_to_be_wrong(query: str) -> None:
    assert get(f"/instances?{query}").status_code == 400


def test_nobody_reads_it_without_a_login() -> None:
    assert get(anonymous=True).status_code in (401, 403)
