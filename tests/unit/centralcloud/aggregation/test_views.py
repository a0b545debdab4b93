"""Answers about the whole fleet: what a refresh shows, to whom, and that it says how old it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.aggregation.models import Contribution, GlobalFact
from apps.centralcloud.aggregation.selectors import ranking
from apps.centralcloud.aggregation.selectors.matrix import fleet_matrix
from apps.shared.access.roles import Role
from apps.shared.contracts.payloads.statistics import LanguageTotal, StatisticsReported
from apps.shared.knowledge_cache.near import near
from apps.shared.knowledge_cache.services.answering import answer_cached, site_kinds
from apps.shared.knowledge_cache.services.refreshing import views_refresh
from centralcloud_site import wiring
from tests.common.factories import told
from tests.common.factories.fleets import fleet_adds_up, fleet_tells
from tests.common.people import person
from tests.common.problems import wrong_fields

MINE = "Only at one instance: a name that nobody else may hear of"
SHARED = "All of them have this"
NAMES = ("m-one", "m-two", "m-three")


@pytest.fixture(autouse=True)
def world(db: None, valkey: str, settings: Any) -> Iterator[None]:
    """Three instances share a pattern, a layering and a framework; one has a pattern of its own.

    What a test refreshes is undone with its transaction.
    """
    settings.PATTERN_MIN_INSTANCES = 3
    near.cache_clear()
    for name in NAMES:
        own = [MINE] if name == "m-one" else []
        fleet_tells(
            name,
            patterns=[SHARED, *own],
            frameworks=[("django", "4.2")],
            architecture=["layered"],
            packages=["pkg:npm/p"],
        )
    fleet_adds_up()
    yield
    near.cache_clear()


def ranked(subject: str = "pattern", language: str = "") -> list[str]:
    asked = {"subject": subject, "language": language}
    answer = answer_cached(kind="pattern_ranking", question=asked).value
    assert answer["left_out"] == 0
    return [one["name"] for one in answer["facts"]]


def test_a_ranking_shows_what_was_refreshed_and_only_what_enough_instances_have() -> None:
    assert ranked() == []
    assert set(views_refresh()) == set(wiring.VIEWS)
    assert ranked() == [SHARED]
    assert ranked(language="python") == [SHARED]
    assert ranked(language="go") == []


def test_subjects_are_ranked_apart() -> None:
    for name in NAMES[:2]:
        fleet_tells(name, patterns=[SHARED], frameworks=[("flask", "")], enrolled=False)
    fleet_tells("m-three", frameworks=[("flask", ""), ("django", "")], enrolled=False)
    for name in ("m-four", "m-five", "m-six"):
        fleet_tells(name, frameworks=[("django", "")])
    fleet_adds_up()
    views_refresh()
    assert (ranked("pattern"), ranked("architecture")) == ([], [])  # two have the one
    assert ranked("framework") == ["Django", "Flask"]
    places = [one.place for one in ranking.facts_ranked(subject="framework")]
    assert places == [1, 2]


def test_languages_have_places_of_their_own() -> None:
    for name in NAMES:
        go = told.pattern("if err != nil", language="go")
        fleet_tells(name, patterns=[SHARED, go], enrolled=False)
    fleet_tells("m-four", patterns=[SHARED])
    fleet_adds_up()
    views_refresh()
    assert [(one.place, one.language) for one in ranking.facts_ranked(subject="pattern")] == [
        (1, "python"),
        (2, "go"),
    ]
    (one,) = ranking.facts_ranked(subject="pattern", language="go")
    assert (one.place, one.name) == (1, "if err != nil")
    assert ranking.languages_ranked(subject="pattern") == ["go", "python"]
    assert ranking.languages_ranked(subject="framework") == []


def test_languages_that_have_a_ranking_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        go = told.pattern("if err != nil", language="go")
        fleet_tells(name, patterns=[SHARED, go], enrolled=False)
    fleet_tells("m-four", patterns=[SHARED])
    fleet_adds_up()
    views_refresh()
    monkeypatch.setattr(ranking, "LANGUAGES", 1)
    assert ranking.languages_ranked(subject="pattern") == ["python"]  # of most instances


def test_a_long_template_is_cut_and_says_so() -> None:
    GlobalFact.objects.filter(name=SHARED).update(name="x" * 2_001)
    views_refresh()
    (one,) = ranking.facts_ranked(subject="pattern")
    assert (len(one.name), one.cut) == (2_000, True)
    GlobalFact.objects.filter(subject="pattern", shown=True).update(name="y" * 2_000)
    views_refresh()
    (one,) = ranking.facts_ranked(subject="pattern")
    assert (len(one.name), one.cut) == (2_000, False)


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
    for shared in (SHARED, "Layered", "Django"):
        assert shared in str(told)
    assert MINE not in str(told)
    assert "m-one" not in str(told)


def test_a_higher_threshold_hides_what_the_view_still_has(settings: Any) -> None:
    views_refresh()
    assert ranked() == [SHARED]  # and is kept
    settings.PATTERN_MIN_INSTANCES = 4
    assert ranked() == []
    assert ranking.languages_ranked(subject="pattern") == []


def test_the_matrix_names_instances_with_their_numbers() -> None:
    views_refresh()
    asked = {"facet": "framework", "after": "m-one"}
    matrix = answer_cached(kind="fleet_matrix", question=asked).value
    assert matrix["names"] == {"Django": 3}
    assert {name: row["Django"]["number"] for name, row in matrix["instances"].items()} == {
        "m-three": 1,
        "m-two": 1,
    }
    assert matrix["others"] == {}
    kinds = fleet_matrix(facet="kind").instances
    assert {name: row["idiom"].number for name, row in kinds.items()} == {
        "m-one": 2,
        "m-two": 1,
        "m-three": 1,
    }


def test_cells_say_when_they_last_changed() -> None:
    later = told.NOW + timedelta(days=9)
    news = told.pattern("new", kind="rule", opportunities=4)
    handlers.code_patterns([told.patterns("m-two", told.revision(later), news)])
    handlers.frameworks([told.frameworks("m-two", told.revision(later), ("flask", ""))])
    views_refresh()
    kinds = fleet_matrix(facet="kind").instances
    assert kinds["m-two"]["rule"].last_changed_at == later
    assert kinds["m-two"]["idiom"].last_changed_at < told.NOW + timedelta(days=1)
    frameworks = fleet_matrix(facet="framework").instances["m-two"]
    assert frameworks["Flask"].last_changed_at == later
    assert frameworks["Django"].last_changed_at < later


def test_a_clock_that_runs_ahead_changes_nothing_in_the_future() -> None:
    ahead = timezone.now() + timedelta(days=400)
    handlers.code_patterns([told.patterns("m-two", told.revision(ahead), "new")])
    handlers.statistics([told.received("m-two", reported(5, at=ahead))])
    views_refresh()
    now = timezone.now()
    assert fleet_matrix(facet="kind").instances["m-two"]["idiom"].last_changed_at <= now
    assert fleet_matrix(facet="language").instances["m-two"]["python"].last_changed_at <= now
    answer = answer_cached(kind="instance_summary", question={"after": ""}).value
    assert max(one["last_seen_at"] for one in answer["instances"]) <= now.isoformat()


def reported(files: int, *, at: datetime = told.NOW) -> StatisticsReported:
    language = LanguageTotal(language="python", files=files, chunks=1)
    return StatisticsReported(
        revision=1,
        codebases=1,
        files=files,
        chunks=1,
        vectors=0,
        languages=(language,),
        reported_at=at,
    )


def test_languages_are_as_of_the_last_report() -> None:
    handlers.statistics([told.received("m-two", reported(7))])
    views_refresh()
    assert fleet_matrix(facet="language").instances.keys() == {"m-two"}
    cell = fleet_matrix(facet="language").instances["m-two"]["python"]
    assert (cell.number, cell.last_changed_at) == (7, told.NOW)


def test_columns_are_bounded_and_the_rest_is_counted() -> None:
    for name in NAMES[:2]:
        many = [(f"f{number:02}", "") for number in range(49)]
        fleet_tells(name, frameworks=[*many, ("zz-a", ""), ("zz-b", "")], enrolled=False)
    fleet_tells("m-three", frameworks=[("zz-c", ""), ("zz-b", "")], enrolled=False)
    views_refresh()
    found = fleet_matrix(facet="framework")
    assert list(found.names)[:2] == ["Zz-B", "F00"]  # that of three instances, then by name
    assert (len(found.names), found.names["Zz-B"], found.names["F48"]) == (50, 3, 2)
    assert {name: cell.number for name, cell in found.others.items()} == {
        "m-one": 1,
        "m-two": 1,
        "m-three": 1,
    }
    assert {name: len(row) for name, row in found.instances.items()} == {
        "m-one": 50,
        "m-two": 50,
        "m-three": 1,
    }


def test_pages_follow_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.centralcloud.aggregation.selectors.matrix.PAGE", 2)
    monkeypatch.setattr("apps.centralcloud.aggregation.selectors.summary.PAGE", 2)
    views_refresh()
    for kind, asked in (("fleet_matrix", {"facet": "kind"}), ("instance_summary", {})):
        first = answer_cached(kind=kind, question={**asked, "after": ""}).value
        assert (len(first["instances"]), first["next"]) == (2, "m-three")
        rest = answer_cached(kind=kind, question={**asked, "after": "m-three"}).value
        assert (len(rest["instances"]), rest["next"]) == (1, "")


def test_the_summary_counts_what_each_has_and_when_it_last_told() -> None:
    fleet_tells("m-five", patterns=[told.pattern("only here", occurrences=8, files=1)])
    fleet_adds_up()
    later = told.NOW + timedelta(days=9)
    gone = told.signature("only here")
    handlers.code_patterns([told.patterns("m-two", told.revision(later), withdrawn=(gone,))])
    views_refresh()
    answer = answer_cached(kind="instance_summary", question={"after": ""}).value
    rows = {one["instance"]: one for one in answer["instances"]}
    fields = ("codebases", "patterns", "architecture", "frameworks", "packages", "occurrences")
    assert [rows["m-one"][name] for name in fields] == [1, 2, 1, 1, 1, 6]
    assert [rows["m-five"][name] for name in fields] == [1, 1, 0, 0, 0, 8]
    assert [rows["m-one"][name] for name in ("shared", "alone")] == [4, 1]
    assert [rows["m-two"][name] for name in ("shared", "alone")] == [4, 0]
    first = datetime.fromisoformat(rows["m-one"]["first_seen_at"])
    assert first == told.NOW - timedelta(days=100)
    assert datetime.fromisoformat(rows["m-two"]["last_seen_at"]) == later
    assert datetime.fromisoformat(rows["m-one"]["last_seen_at"]) < later
    assert answer["as_of"] is not None


def test_counts_beyond_what_json_keeps_exact_are_cut() -> None:
    Contribution.objects.filter(subject="pattern").update(occurrences=2**53 - 1)
    views_refresh()
    answer = answer_cached(kind="instance_summary", question={"after": ""}).value
    assert max(one["occurrences"] for one in answer["instances"]) == 2**53 - 1


PATHS = {
    "patterns/ranking": "facts",
    "patterns/ranking?subject=framework": "facts",
    "patterns/ranking?subject=pattern&language=python": "facts",
    "fleet/matrix?facet=kind": "instances",
    "fleet/summary": "instances",
}


@pytest.fixture
def reader() -> APIClient:
    client = APIClient()
    client.force_authenticate(person(Role.VIEWER))
    return client


@pytest.mark.parametrize(("path", "part"), PATHS.items())
def test_over_rest(path: str, part: str, reader: APIClient) -> None:
    views_refresh()
    response = reader.get(f"/api/v1/{path}")
    assert response["X-Cache"] == "made"
    assert reader.get(f"/api/v1/{path}")["X-Cache"] == "kept"
    answer = response.json()
    assert answer[part]
    assert answer["as_of"] <= answer["answered_at"]


@pytest.mark.parametrize("path", PATHS)
def test_strangers_get_no_answer(path: str) -> None:
    assert APIClient().get(f"/api/v1/{path}").status_code == 401


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("fleet/matrix?facet=wages", "facet"),
        ("fleet/matrix?after=" + "x" * 64, "after"),
        ("fleet/summary?after=" + "x" * 64, "after"),
        ("fleet/summary?after=%00", "after"),
        ("patterns/ranking?subject=package", "subject"),
        ("patterns/ranking?language=" + "x" * 31, "language"),
    ],
)
def test_what_there_is_not_is_refused(path: str, field: str, reader: APIClient) -> None:
    answer = reader.get(f"/api/v1/{path}")
    assert answer.status_code == 400
    assert list(wrong_fields(answer)) == [field]


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_as_the_api_describes_them(path: str, reader: APIClient) -> None:
    views_refresh()
    document = reader.get("/api/v1/schema?format=json").json()
    address = f"/api/v1/{path}"
    described = document["paths"][address.partition("?")[0]]["get"]["responses"]["200"]
    schema = described["content"]["application/json"]["schema"]
    checked = Draft202012Validator({**schema, "components": document["components"]})
    answer = reader.get(address).json()
    checked.validate(answer)
    assert not checked.is_valid({**answer, "as_of": 7})
