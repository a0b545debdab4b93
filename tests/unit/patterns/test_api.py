"""The REST API of what was learned: filters, orders, cursor pages; of this instance alone."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from apps.shared.access.roles import Role
from apps.shared.core.models import Job
from apps.singularity.ingestion.models import Codebase
from tests.common.factories.ingestion import CodebaseFactory
from tests.common.factories.patterns import (
    ArchitectureFactory,
    ChangeFactory,
    FindingFactory,
    FrameworkFactory,
    ModuleGraphFactory,
    PatternFactory,
    RuleFactory,
    SchemaFactory,
    SupportFactory,
    indicator,
)
from tests.common.people import person
from tests.common.problems import problem_of, wrong_fields

pytestmark = pytest.mark.django_db
FACTORIES: dict[str, Any] = {
    "patterns": PatternFactory,
    "architecture": ArchitectureFactory,
    "architecture/changes": ChangeFactory,
    "frameworks": FrameworkFactory,
    "schemas": SchemaFactory,
    "findings": FindingFactory,
}


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.force_authenticate(person(Role.OPERATOR))
    return client


def get(client: APIClient, path: str, /, **parameters: Any) -> Any:
    response = client.get(f"/api/v1/{path}", parameters)
    assert response.status_code == 200, response.content
    return response.json()


def ids(client: APIClient, path: str, /, **parameters: Any) -> list[int]:
    return [row["id"] for row in get(client, path, **parameters)["results"]]


@pytest.mark.parametrize("path", [*FACTORIES, "architecture/graph", "patterns/idiom-1-a"])
def test_strangers_get_nothing(path: str) -> None:
    assert APIClient().get(f"/api/v1/{path}").status_code == 401


@pytest.mark.parametrize("path", FACTORIES)
def test_lists_are_of_this_instance_and_in_one_query(client: APIClient, path: str) -> None:
    FACTORIES[path](codebase=CodebaseFactory(instance="somebody-else", name="theirs"))
    mine = [FACTORIES[path]().pk for _ in range(4)]
    with CaptureQueriesContext(connection) as captured:
        assert set(ids(client, path)) == set(mine)
    assert len(captured) == 1


@pytest.mark.parametrize("path", FACTORIES)
def test_a_code_base_is_chosen_by_name_or_id(client: APIClient, path: str) -> None:
    shop = CodebaseFactory(name="shop")
    FACTORIES[path]()
    row = FACTORIES[path](codebase=shop)
    assert ids(client, path, codebase="shop") == ids(client, path, codebase=shop.pk) == [row.pk]
    response = client.get(f"/api/v1/{path}", {"codebase": "sop"})
    assert response.status_code == 400
    assert "shop" in wrong_fields(response)["codebase"]


@pytest.mark.parametrize("path", [path for path in FACTORIES if path != "architecture/changes"])
def test_what_holds_no_more_is_listed_only_when_asked_for(client: APIClient, path: str) -> None:
    holds = FACTORIES[path]().pk
    gone = FACTORIES[path](withdrawn=True).pk
    assert ids(client, path) == ids(client, path, withdrawn="false") == [holds]
    assert set(ids(client, path, withdrawn="true")) == {holds, gone}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"kind": "rule"}, ["rule"]),
        ({"language": "go"}, ["go"]),
        ({"min_confidence": 0.95}, ["rule"]),
        ({"min_occurrences": 41}, ["rule"]),
        ({"signature": "idiom-1-f"}, ["go"]),
        ({"q": "connect SQLITE3"}, ["rule"]),
        ({"q": "err nil"}, ["go"]),
        ({"q": "err connect"}, []),
        ({"ordering": "rank"}, ["go", "rule", "open"]),
        ({"ordering": "-score"}, ["rule", "open", "go"]),
        ({"ordering": "-occurrences"}, ["rule", "open", "go"]),
        ({"ordering": "last_seen"}, ["rule", "go", "open"]),
    ],
)
def test_patterns_are_filtered_and_ordered(
    client: APIClient, parameters: dict[str, Any], expected: list[str]
) -> None:
    now = timezone.now()
    rows = {
        "open": PatternFactory(rank=3, score=5, signature="idiom-1-e", last_seen_at=now),
        "rule": RuleFactory(
            rank=2, score=9, last_seen_at=now - timedelta(days=2), codebase__name="r"
        ),
        "go": PatternFactory(
            rank=1, score=1, language="go", template="if $ERR != nil { return $ERR }", files=2,
            occurrences=3, confidence=None, signature="idiom-1-f",
            last_seen_at=now - timedelta(days=1),
        ),
    }  # fmt: skip
    assert ids(client, "patterns", **parameters) == [rows[name].pk for name in expected]


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("patterns", {"kind": "poem"}),
        ("patterns", {"min_confidence": "much"}),
        ("patterns", {"min_confidence": 2}),
        ("patterns", {"min_occurrences": 10**30}),
        ("patterns", {"ordering": "beauty"}),
        ("patterns", {"q": "a\0b"}),
        ("patterns", {"withdrawn": "perhaps", "kind": "poem"}),
        ("frameworks", {"min_confidence": -1}),
        ("architecture/graph", {"codebase": "nothing"}),
    ],
)
def test_wrong_parameters_are_named(
    client: APIClient, path: str, parameters: dict[str, Any]
) -> None:
    response = client.get(f"/api/v1/{path}", parameters)
    assert response.status_code == 400
    assert set() < set(wrong_fields(response)) <= set(parameters)


def test_a_pattern_over_all_code_bases_that_have_it(client: APIClient) -> None:
    signature = "idiom-1-abc"
    shop, bank = CodebaseFactory(name="shop"), CodebaseFactory(name="bank")
    rule = {"utils": {}, "rule": {"any": [{"pattern": "open($A)"}, {"regex": "a\nb"}]}}
    mine = PatternFactory(
        codebase=shop, signature=signature, occurrences=50, files=7, rank=1,
        details={"ast_grep": rule},
    )  # fmt: skip
    for revision, occurrences in ((1, 20), (4, 50)):
        SupportFactory(pattern=mine, revision=revision, occurrences=occurrences, files=7)
    PatternFactory(codebase=bank, signature=signature, occurrences=5, files=2, rank=9)
    PatternFactory(signature=signature, occurrences=900, withdrawn=True)
    PatternFactory(
        codebase=CodebaseFactory(instance="somebody-else"), signature=signature, occurrences=7000
    )
    with CaptureQueriesContext(connection) as captured:
        known = get(client, f"patterns/{signature}")
    assert len(captured) == 2
    assert (known["occurrences"], known["files"]) == (55, 9)
    written = {"id": signature, "language": "python", "rule": rule["rule"]}
    assert yaml.safe_load(known["ast_grep"]) == written
    first, second, gone = known["codebases"]
    assert (first["name"], first["rank"], second["name"]) == ("shop", 1, "bank")
    assert [(point["revision"], point["occurrences"]) for point in first["trend"]] == [
        (1, 20), (4, 50),
    ]  # fmt: skip
    assert first["examples"] == mine.examples
    assert gone["withdrawn_at"]


def test_an_unknown_pattern_is_not_found(client: APIClient) -> None:
    PatternFactory(codebase=CodebaseFactory(instance="somebody-else"), signature="idiom-1-x")
    response = client.get("/api/v1/patterns/idiom-1-x")
    assert response.status_code == 404
    assert "idiom-1-x" in problem_of(response)["detail"]


def test_an_architecture_pattern_says_what_speaks_for_and_against_it(client: APIClient) -> None:
    against = indicator("The web is imported by the store", "src/store/a.py", weight=0.5)
    row = ArchitectureFactory(against=[against])
    (listed,) = get(client, "architecture", key=row.key, min_confidence=0.5)["results"]
    assert (listed["met"], listed["missed"]) == (row.met, row.missed)
    assert listed["against"] == [against]
    assert ids(client, "architecture", min_confidence=0.81) == []


def test_the_module_graph_is_that_of_the_code_base_asked_for(client: APIClient) -> None:
    assert client.get("/api/v1/architecture/graph").status_code == 404
    old = ModuleGraphFactory(mined_at=timezone.now() - timedelta(days=1))
    latest = ModuleGraphFactory()
    ModuleGraphFactory(codebase=CodebaseFactory(instance="somebody-else"))
    assert get(client, "architecture/graph")["codebase"] == latest.codebase_id
    with CaptureQueriesContext(connection) as captured:
        asked = get(client, "architecture/graph", codebase=old.codebase.name)
    assert len(captured) == 2
    assert (asked["codebase"], asked["graph"]) == (old.codebase_id, old.graph)


def test_frameworks_and_findings_are_filtered(client: APIClient) -> None:
    web = FrameworkFactory(key="django", role="self")
    data = FrameworkFactory(category="data", confidence=0.4)
    assert ids(client, "frameworks", category="data") == [data.pk]
    assert ids(client, "frameworks", key="django") == [web.pk]
    assert ids(client, "frameworks", role="self") == [web.pk]
    assert ids(client, "frameworks", min_confidence=0.5) == [web.pk]
    finding = FindingFactory(path="src/store/cart.py")
    FindingFactory(path="tests/cart.py")
    assert ids(client, "findings", path="src/") == [finding.pk]
    (listed,) = get(client, "findings", pattern=finding.pattern.signature)["results"]
    assert (listed["id"], listed["signature"]) == (finding.pk, finding.pattern.signature)


def walk(client: APIClient, address: str | None, way: str) -> list[int]:
    """The ids of all pages from an address on, each page as it stands."""
    found: list[int] = []
    while address:
        answer = client.get(address).json()
        rows = [row["id"] for row in answer["results"]]
        found = found + rows if way == "next" else rows + found
        address = answer[way]
    return found


@pytest.mark.parametrize("ordering", ["", "-score", "occurrences", "-last_seen", "rank"])
def test_pages_go_there_and_back_over_rows_that_share_every_value(
    client: APIClient, ordering: str
) -> None:
    seen = timezone.now()
    codebase = CodebaseFactory()
    for number in range(23):
        PatternFactory(codebase=codebase, score=number // 9, rank=1, last_seen_at=seen)
    everything = ids(client, "patterns", ordering=ordering, page_size=100)
    assert len(everything) == 23
    start = f"/api/v1/patterns?page_size=4&ordering={ordering}"
    assert walk(client, start, "next") == everything
    page: Any = client.get(start).json()
    before = page["results"]
    while page["next"]:
        before, page = page["results"], client.get(page["next"]).json()
    assert [row["id"] for row in page["results"]] == everything[20:]
    assert client.get(page["previous"]).json()["results"] == before
    assert walk(client, page["previous"], "previous") == everything[:20]


def test_rows_that_come_and_go_move_no_page(client: APIClient) -> None:
    rows = [PatternFactory(score=100 - number) for number in range(6)]
    first = get(client, "patterns", page_size=3, ordering="-score")
    PatternFactory(score=1000)
    rows[0].delete()
    rows[2].delete()
    following = client.get(first["next"]).json()["results"]
    assert [row["id"] for row in following] == [row.pk for row in rows[3:]]


@pytest.mark.parametrize(
    "cursor", ["x", "cD1b", "cD1bMV0=", "cD0iIg==", "cD1bIlx1MDAwMCIsMV0=", "cD1bbnVsbCwxXQ=="]
)
def test_a_cursor_that_was_not_made_here_is_refused(client: APIClient, cursor: str) -> None:
    PatternFactory()
    response = client.get("/api/v1/patterns", {"cursor": cursor})
    assert response.status_code == 404
    assert problem_of(response)["detail"] == "Invalid cursor"


def test_a_mining_is_queued_once(
    client: APIClient, valkey: str, django_capture_on_commit_callbacks: Any
) -> None:
    shop: Codebase = CodebaseFactory()
    with django_capture_on_commit_callbacks(execute=True):
        first = client.post(f"/api/v1/codebases/{shop.pk}/mine", {"full": True}, format="json")
    again = client.post(f"/api/v1/codebases/{shop.pk}/mine", {}, format="json")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    job = Job.objects.get()
    assert (job.kind, job.state, job.config["full"]) == ("mine", "queued", True)


def test_a_mining_is_refused_while_one_runs_and_for_another_instance(client: APIClient) -> None:
    shop, theirs = CodebaseFactory(), CodebaseFactory(instance="somebody-else")
    now = timezone.now()
    running = Job.objects.create(
        instance=settings.INSTANCE_ID, kind="mine", key=f"codebase:{shop.pk}", label="shop",
        state="running", host=socket.gethostname(), pid=os.getpid(), started_at=now,
        heartbeat_at=now,
    )  # fmt: skip
    response = client.post(f"/api/v1/codebases/{shop.pk}/mine", {}, format="json")
    assert response.status_code == 409
    assert f"job {running.pk}" in problem_of(response)["detail"]
    assert client.post(f"/api/v1/codebases/{theirs.pk}/mine").status_code == 404
    assert Job.objects.count() == 1


def test_the_schema_describes_every_endpoint(client: APIClient) -> None:
    paths = client.get("/api/v1/schema?format=json").json()["paths"]
    for path in (*FACTORIES, "patterns/{signature}", "architecture/graph", "codebases/{id}/mine"):
        operation = paths[f"/api/v1/{path}"]
        assert any(method.get("description") for method in operation.values()), path
    named = {parameter["name"] for parameter in paths["/api/v1/patterns"]["get"]["parameters"]}
    assert named >= {"cursor", "page_size", "codebase", "kind", "ordering", "withdrawn", "q"}
