"""Answers about the whole fleet: what a refresh shows, to whom, and that it says how old it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from apps.shared.knowledge_cache.near import near
from apps.shared.knowledge_cache.services.answering import answer_cached, site_kinds
from apps.shared.knowledge_cache.services.refreshing import views_refresh
from centralcloud_site import wiring
from tests.common.factories.fleets import fleet_adds_up, fleet_tells

MINE = "Only at one instance: a name that nobody else may hear of"
SHARED = "All of them have this"


@pytest.fixture(autouse=True)
def world(transactional_db: None, valkey: str, settings: Any) -> Iterator[None]:
    """Three instances share a pattern and a framework; one has a pattern of its own."""
    settings.PATTERN_MIN_INSTANCES = 3
    near.cache_clear()
    for name in ("m-one", "m-two", "m-three"):
        own = [MINE] if name == "m-one" else []
        fleet_tells(name, patterns=[SHARED, *own], frameworks=[("django", "4.2")])
    fleet_adds_up()
    yield
    near.cache_clear()
    with connection.cursor() as cursor:
        for view in wiring.VIEWS:  # their rows stay when tables are emptied
            cursor.execute(f"REFRESH MATERIALIZED VIEW {view}")


def ranked() -> list[str]:
    answer = answer_cached(kind="pattern_ranking", question={"language": ""})
    return [one["name"] for one in answer.value["patterns"]]


def test_a_ranking_shows_what_was_refreshed_and_only_what_enough_instances_have() -> None:
    assert ranked() == []
    assert set(views_refresh()) == set(wiring.VIEWS)
    assert ranked() == [SHARED]


def test_what_is_told_to_instances_has_no_content_of_a_single_one() -> None:
    views_refresh()
    told = {
        name: [answer_cached(kind=name, question=one).value for one in kind.told()]
        for name, kind in site_kinds().items()
    }
    assert {name for name, answers in told.items() if answers} == {
        "hot_packages",
        "pattern_ranking",
    }
    assert SHARED in str(told)
    assert MINE not in str(told)
    assert "m-one" not in str(told)


def test_a_higher_threshold_hides_what_the_view_still_has(settings: Any) -> None:
    views_refresh()
    assert ranked() == [SHARED]  # and is kept
    settings.PATTERN_MIN_INSTANCES = 4
    assert ranked() == []


def test_the_matrix_and_the_summary_name_instances_with_their_numbers() -> None:
    views_refresh()
    asked = {"facet": "framework", "after": "m-one"}
    matrix = answer_cached(kind="fleet_matrix", question=asked).value
    assert list(matrix["names"].values()) == [3]
    assert {name: list(row.values()) for name, row in matrix["instances"].items()} == {
        "m-three": [1],
        "m-two": [1],
    }
    summary = answer_cached(kind="instance_summary", question={"after": ""}).value
    rows = {one["instance"]: one for one in summary["instances"]}
    assert (rows["m-one"]["patterns"], rows["m-one"]["alone"]) == (2, 1)
    assert (rows["m-two"]["patterns"], rows["m-two"]["alone"]) == (1, 0)
    assert summary["as_of"] is not None


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("patterns/ranking", "patterns"),
        ("fleet/matrix?facet=kind", "instances"),
        ("fleet/summary", "instances"),
    ],
)
def test_over_rest(path: str, part: str) -> None:
    views_refresh()
    client = APIClient()
    assert client.get(f"/api/v1/{path}").status_code == 401
    client.force_authenticate(User.objects.create_user("reader"))
    response = client.get(f"/api/v1/{path}")
    assert response["X-Cache"] == "made"
    assert client.get(f"/api/v1/{path}")["X-Cache"] == "near"
    answer = response.json()
    assert answer[part]
    assert answer["as_of"] <= answer["answered_at"]


def test_a_facet_that_there_is_not_is_refused() -> None:
    client = APIClient()
    client.force_authenticate(User.objects.create_user("reader"))
    answer = client.get("/api/v1/fleet/matrix?facet=wages")
    assert answer.status_code == 400
    assert "facet" in answer.json()["error"]["fields"]
