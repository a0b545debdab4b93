"""Every list of an instance's API, found by its routes: CSV, fields, entity tags, wrong values."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.shared.access.roles import Role
from apps.shared.core.api.viewsets import ListViewSet
from tests.common.api_routes import lists
from tests.common.factories.core import JobFactory
from tests.common.factories.ingestion import ChunkFactory, DependencyFactory
from tests.common.factories.patterns import (
    ArchitectureFactory,
    ChangeFactory,
    FindingFactory,
    FrameworkFactory,
    PatternFactory,
    SchemaFactory,
)
from tests.common.factories.training import ModelFactory, RunFactory
from tests.common.people import person
from tests.common.problems import problem_of, wrong_fields

pytestmark = pytest.mark.django_db
API = "/api/v1/"
ROWS: dict[str, Any] = {
    "jobs": JobFactory,
    "codebases": ChunkFactory,
    "files": ChunkFactory,
    "chunks": ChunkFactory,
    "dependencies": DependencyFactory,
    "patterns": PatternFactory,
    "architecture": ArchitectureFactory,
    "architecture/changes": ChangeFactory,
    "frameworks": FrameworkFactory,
    "schemas": SchemaFactory,
    "findings": FindingFactory,
    "training/runs": RunFactory,
    "models": ModelFactory,
}
"""What makes a row of a list, with all that it stands on."""


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.force_authenticate(person(Role.ADMIN))
    return client


def test_every_list_stands_on_the_shared_class() -> None:
    assert lists().keys() > {*ROWS, "egress", "insights", "messages/out"}
    assert all(issubclass(kind, ListViewSet) for kind in lists().values())


def test_every_list_has_csv_fields_and_an_entity_tag(client: APIClient) -> None:
    for path in lists():
        answer = client.get(API + path)
        assert answer.status_code == 200, path
        again = client.get(API + path, headers={"if-none-match": answer["etag"]})
        assert again.status_code == 304, path
        table = client.get(API + path, {"format": "csv"})
        text = b"".join(table.streaming_content).decode()  # type: ignore[attr-defined]
        assert table["content-type"] == "text/csv; charset=utf-8", path
        header = next(csv.reader(io.StringIO(text)))
        assert client.get(API + path, {"fields": ",".join(header[:2])}).status_code == 200, path
        assert "fields" in wrong_fields(client.get(API + path, {"fields": "nothing"})), path


def test_every_filter_says_what_it_is_or_is_a_column() -> None:
    """A column's own name says all; what a filter adds to columns does not."""
    for path, kind in lists().items():
        chosen: Any = kind.__dict__.get("filterset_class")
        declared = getattr(chosen, "declared_filters", {})
        for name, one in declared.items():
            said = one.extra.get("help_text")
            assert said or name == "ordering", f"{path}?{name}="


@pytest.mark.parametrize("path", ROWS)
def test_a_list_takes_as_many_queries_for_three_rows_as_for_thirty(
    client: APIClient, path: str
) -> None:
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(API + path, {"page_size": 100})
        assert answer.status_code == 200, answer.content
        return len(captured), len(answer.json()["results"])

    ROWS[path].create_batch(3)
    few, first = asked()
    ROWS[path].create_batch(27)
    many, all_of_them = asked()
    assert few == many
    assert all_of_them >= first + 27


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("files", "state", "lost"),
        ("files", "codebase", "x"),
        ("chunks", "codebase", "x"),
        ("chunks", "file", "9999"),
        ("dependencies", "codebase", "x"),
        ("patterns", "kind", "magic"),
        ("patterns", "min_confidence", "2"),
        ("patterns", "ordering", "colour"),
        ("patterns", "codebase", "nowhere"),
        ("architecture", "min_confidence", "high"),
        ("findings", "codebase", "nowhere"),
        ("training/runs", "kind", "parrot"),
        ("models", "kind", "parrot"),
        ("insights", "kind", "magic"),
        ("insights", "subject", "magic"),
        ("egress", "since", "yesterday"),
        ("jobs", "state", "asleep"),
    ],
)
def test_a_wrong_value_of_a_filter_is_named(
    client: APIClient, path: str, name: str, value: str
) -> None:
    answer = client.get(API + path, {name: value})
    assert answer.status_code == 400, answer.content
    assert name in wrong_fields(answer)


@pytest.mark.parametrize(
    "path",
    [
        "codebases/9", "files/9", "chunks/9", "patterns/none", "models/9", "insights/none",
        "jobs/9", "training/runs/00000000-0000-0000-0000-000000000000",
        "egress/00000000-0000-0000-0000-000000000000",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client: APIClient, path: str) -> None:
    answer = client.get(API + path)
    assert (answer.status_code, problem_of(answer)["code"]) == (404, "not_found")


def test_chunks_are_filtered_and_one_comes_with_its_text(client: APIClient) -> None:
    wanted = ChunkFactory(language="rust", kind="function")
    ChunkFactory(language="python", kind="class")
    ChunkFactory(file__codebase__instance="another")

    def found(**filters: Any) -> list[int]:
        return [row["id"] for row in client.get(f"{API}chunks", filters).json()["results"]]

    assert len(found()) == 2
    assert found(language="rust") == found(kind="function") == [wanted.pk]
    assert found(codebase=wanted.codebase.pk) == found(path=wanted.file.path) == [wanted.pk]
    (row,) = client.get(f"{API}chunks", {"language": "rust"}).json()["results"]
    assert "content" not in row
    assert client.get(f"{API}chunks/{wanted.pk}").json()["content"] == wanted.content


@pytest.mark.parametrize(("variable", "site"), [("SITE", "singularity"), ("FLEET", "centralcloud")])
def test_what_the_page_of_the_api_shows_is_there(variable: str, site: str) -> None:
    docs = Path(__file__).parents[3] / "docs"
    known = re.findall(
        r"^  /api/v1/(.+):$", (docs / f"openapi/{site}.yaml").read_text(), re.MULTILINE
    )
    shown = re.findall(rf'\${variable}/([^\s?"]+)', (docs / "api.md").read_text())
    assert len(shown) > 10
    allowed = [re.compile(re.sub(r"\{\w+\}", ".+", path)) for path in known]
    assert [path for path in shown if not any(one.fullmatch(path) for one in allowed)] == []
