"""The REST API: follow, start, search; always of this instance alone."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from apps.shared.access.roles import Role
from apps.shared.core.models import Job
from apps.singularity.ingestion import tasks
from apps.singularity.ingestion.models import Chunk, Codebase
from apps.singularity.ingestion.services import codebase_ingest, codebase_open
from tests.common.people import person
from tests.common.problems import problem_of, wrong_fields
from tests.common.trees import SMALL, write_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.force_authenticate(person(Role.OPERATOR))
    return client


@pytest.fixture
def shop(tmp_path: Path) -> Codebase:
    root = write_tree(tmp_path / "shop", SMALL)
    codebase = codebase_open(instance=settings.INSTANCE_ID, path=root)
    codebase_ingest(codebase=codebase)
    return codebase


@pytest.fixture
def theirs(tmp_path: Path) -> Codebase:
    """A code base of another instance in the same database."""
    root = write_tree(tmp_path / "theirs", {"t.py": "def load_cart():\n    pass\n"})
    codebase = codebase_open(instance="another", path=root)
    codebase_ingest(codebase=codebase)
    return codebase


def get(client: APIClient, path: str, **parameters: Any) -> Any:
    response = client.get(f"/api/v1/{path}", parameters)
    assert response.status_code == 200, response.content
    return response.json()


@pytest.mark.parametrize("path", ["codebases", "files", "dependencies", "jobs", "search?q=x"])
def test_strangers_get_nothing(path: str) -> None:
    assert APIClient().get(f"/api/v1/{path}").status_code == 401


def test_a_code_base_with_its_counts(client: APIClient, shop: Codebase) -> None:
    (listed,) = get(client, "codebases")["results"]
    assert listed["name"] == "shop"
    summary = get(client, f"codebases/{shop.pk}")["summary"]
    assert summary["files"] == 5
    assert summary["chunks"] == Chunk.objects.filter(codebase=shop).count()
    assert summary["languages"]["rust"] == 1
    assert summary["skipped"] == {"binary": 1}


def test_files_say_why_they_are_left_out(client: APIClient, shop: Codebase) -> None:
    (logo,) = get(client, "files", state="skipped")["results"]
    assert (logo["path"], logo["reason"]) == ("logo.png", "binary")
    assert len(get(client, "files", language="rust")["results"]) == 1


def test_dependencies_by_purl(client: APIClient, shop: Codebase) -> None:
    (django,) = get(client, "dependencies", purl="pkg:pypi/dj")["results"]
    assert django["requirement"] == "==5.2"
    assert django["path"] == "requirements.txt"


def test_search_answers_as_the_command_does(client: APIClient, shop: Codebase) -> None:
    found = get(client, "search", q="load_cart", limit=2)
    assert found["results"][0]["symbol"] == "load_cart"
    assert found["results"][0]["why"]["exact_symbol"] is True
    assert len(found["results"]) <= 2
    rust = get(client, "search", q="cart", language=["rust", "go"], kind="function")
    assert {hit["language"] for hit in rust["results"]} <= {"rust"}


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({}, "q"),
        ({"q": "x", "limit": 0}, "limit"),
        ({"q": "x", "limit": "many"}, "limit"),
        ({"q": "x" * 20_001}, "q"),
        ({"q": "x", "codebase": "nothing"}, "codebase"),
        ({"q": "x", "path": "*a" * 500}, "path"),
    ],
)
def test_wrong_parameters_are_named(
    client: APIClient, shop: Codebase, parameters: dict[str, Any], field: str
) -> None:
    response = client.get("/api/v1/search", parameters)
    assert response.status_code == 400
    assert field in wrong_fields(response)


@pytest.mark.parametrize("query", ["", " ", "🦀", "'; DROP TABLE x; --", "a\x00b", "w " * 5000])
def test_odd_queries_get_clean_answers(client: APIClient, shop: Codebase, query: str) -> None:
    response = client.get("/api/v1/search", {"q": query})
    assert response.status_code in {200, 400}
    assert "Traceback" not in response.content.decode()


def test_ingest_is_queued_once_and_run_by_a_worker(
    client: APIClient,
    shop: Codebase,
    valkey: str,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = client.post(f"/api/v1/codebases/{shop.pk}/ingest", {"full": True}, format="json")
    again = client.post(f"/api/v1/codebases/{shop.pk}/ingest", {}, format="json")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["state"] == "queued"
    assert again.json()["id"] == first.json()["id"]
    tasks.ingest(first.json()["id"])
    job = get(client, f"jobs/{first.json()['id']}")
    assert job["state"] == "succeeded"
    assert job["result"]["changed"] == 5


def test_ingest_is_refused_while_one_runs(client: APIClient, shop: Codebase) -> None:
    now = timezone.now()
    running = Job.objects.create(
        instance=settings.INSTANCE_ID,
        kind="ingest",
        key=f"codebase:{shop.pk}",
        label="shop",
        state="running",
        host=socket.gethostname(),
        pid=os.getpid(),
        started_at=now,
        heartbeat_at=now,
    )
    response = client.post(f"/api/v1/codebases/{shop.pk}/ingest", {}, format="json")
    assert response.status_code == 409
    assert f"job {running.pk}" in problem_of(response)["detail"]
    assert client.post(f"/api/v1/jobs/{running.pk}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/api/v1/jobs/{running.pk}/cancel").status_code == 409


def test_another_instances_rows_are_not_there(
    client: APIClient, shop: Codebase, theirs: Codebase
) -> None:
    assert [row["name"] for row in get(client, "codebases")["results"]] == ["shop"]
    assert client.get(f"/api/v1/codebases/{theirs.pk}").status_code == 404
    assert client.post(f"/api/v1/codebases/{theirs.pk}/ingest").status_code == 404
    files = get(client, "files")["results"]
    assert {row["codebase"] for row in files} == {shop.pk}
    assert get(client, "files", codebase=theirs.pk)["results"] == []
    found = get(client, "search", q="load_cart")["results"]
    assert {hit["codebase"] for hit in found} == {"shop"}
    job = Job.objects.create(instance="another", kind="ingest", key="k", label="theirs")
    assert client.get(f"/api/v1/jobs/{job.pk}").status_code == 404
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 404


def test_the_schema_describes_every_endpoint(client: APIClient) -> None:
    schema = client.get("/api/v1/schema?format=json").json()
    for path in ("codebases", "codebases/{id}/ingest", "files", "dependencies", "jobs", "search"):
        assert f"/api/v1/{path}" in schema["paths"], path
