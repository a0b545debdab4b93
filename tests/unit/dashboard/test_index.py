"""The dashboard tells what the database holds, of this instance only, in few queries."""

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from structlog.testing import capture_logs

from apps.shared.core.models import Job
from apps.shared.dashboard.frame import Panel, Rendered
from apps.shared.dashboard.views import _box
from apps.singularity.ingestion.models import Codebase, EmbeddingGeneration
from singularity_site import wiring
from tests.common.factories.core import JobFactory, running
from tests.common.factories.ingestion import (
    ChunkFactory,
    CodebaseFactory,
    DependencyFactory,
    EmbeddingFactory,
    FileFactory,
    GenerationFactory,
    SecretFactory,
    SkippedFactory,
)

pytestmark = pytest.mark.django_db
INDEX = reverse("admin:index")
MOST_QUERIES = 15


def numbers(html: str) -> dict[str, int]:
    """The headline numbers of a page by their names."""
    found = re.findall(r'data-number="(\w+)">([\d,]+)<', html)
    return {name: int(number.replace(",", "")) for name, number in found}


def learn(files: int, instance: str | None = None) -> None:
    """A code base with as many files, each with two chunks, and some of everything else."""
    of = {"instance": instance} if instance else {}
    codebase = CodebaseFactory(**of)
    generation = GenerationFactory(**of)
    for file in FileFactory.create_batch(files, codebase=codebase):
        first, _ = ChunkFactory.create_batch(2, file=file)
        EmbeddingFactory(generation=generation, text_digest=first.text_digest)
    SecretFactory(file=file)
    DependencyFactory.create_batch(3, file=file)
    SkippedFactory.create_batch(4, codebase=codebase)
    SkippedFactory(codebase=codebase, reason="binary")


def test_before_the_first_code_base_the_page_says_what_to_run(admin_client: Client) -> None:
    html = admin_client.get(INDEX).content.decode()
    assert "manage.py ingest PATH" in html
    assert numbers(html) == {}


def test_headline_numbers_are_those_of_the_database(admin_client: Client) -> None:
    learn(files=3)
    html = admin_client.get(INDEX).content.decode()
    assert numbers(html) == {
        "codebases": 1, "files": 3, "chunks": 6, "vectors": 3, "dependencies": 3, "secrets": 1
    }  # fmt: skip
    assert "of 6 texts (50%), test-model" in html
    assert "manage.py ingest PATH" not in html


def test_reasons_lead_to_the_files_that_they_left_out(admin_client: Client) -> None:
    learn(files=1)
    html = admin_client.get(INDEX).content.decode()
    assert re.search(r'data-count="ignored">4<', html)
    address = re.search(r'href="([^"]*reason__exact=ignored)"', html)
    assert address is not None
    listed = admin_client.get(address[1].replace("&amp;", "&"))
    assert listed.context["cl"].result_count == 4


def test_rows_of_another_instance_never_appear(admin_client: Client) -> None:
    learn(files=2, instance="somebody-else")
    JobFactory(instance="somebody-else", label="their-secret-project", **running(read=1, pending=2))
    html = admin_client.get(INDEX).content.decode()
    assert numbers(html) == {}
    assert "their-secret-project" not in html
    assert "no job has failed" in html


def test_scheduled_runs_that_went_well_are_neither_shown_nor_denied(admin_client: Client) -> None:
    JobFactory(kind="tidy", key=Job.SCHEDULE_KEY, state=Job.State.SUCCEEDED)
    html = admin_client.get(INDEX).content.decode()
    assert "Nothing runs or waits, and no job has failed" in html
    assert "All jobs" in html
    JobFactory(kind="tidy", key=Job.SCHEDULE_KEY, state=Job.State.FAILED)
    assert "no job has failed" not in admin_client.get(INDEX).content.decode()


def test_queries_do_not_grow_with_the_rows(admin_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            admin_client.get(INDEX)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    learn(files=1)
    JobFactory(**running(read=1, pending=2))
    few = queries()
    for _ in range(3):
        codebase = CodebaseFactory()
        ChunkFactory.create_batch(3, file=FileFactory(codebase=codebase))
        SkippedFactory(codebase=codebase, reason="oversized")
        JobFactory(key=f"codebase:{codebase.pk}", **running(read=1, pending=2))
        JobFactory(state=Job.State.CANCELLED)
    assert queries() == few <= MOST_QUERIES


def test_what_may_come_later_is_asked_for_by_the_page(admin_client: Client) -> None:
    box = re.search(r'<section id="panel-bridge"[^>]*>', admin_client.get(INDEX).content.decode())
    assert box is not None
    assert 'hx-trigger="load"' in box[0]
    address = re.search(r'hx-get="([^"]+)"', box[0])
    assert address is not None
    html = admin_client.get(address[1]).content.decode()
    assert "Waiting to be sent" in html or "not enrolled" in html
    assert 'hx-trigger="load"' not in html


@pytest.fixture
def broken_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    """A panel whose query fails, before those of the site."""
    monkeypatch.setattr(wiring, "PANELS", [f"{__name__}.BROKEN", *wiring.PANELS])
    monkeypatch.setattr("apps.shared.dashboard.frame.import_string", resolve)


def resolve(path: str) -> Any:
    from django.utils.module_loading import import_string

    return BROKEN if path.endswith(".BROKEN") else import_string(path)


def _fail(_request: HttpRequest) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    return {}


BROKEN = Panel("broken", "Broken", "dashboard/jobs.html", _fail)


@pytest.mark.usefixtures("broken_panel")
def test_a_broken_panel_shows_its_error_and_spares_the_page(admin_client: Client) -> None:
    learn(files=2)
    with capture_logs() as logs:
        response = admin_client.get(INDEX)
    html = response.content.decode()
    assert response.status_code == 200
    assert "This panel failed: DataError: division by zero" in html
    assert numbers(html)["files"] == 2
    assert [log["panel"] for log in logs if log["event"] == "panel.failed"] == ["broken"]


def test_one_panel_can_be_asked_for_alone(admin_client: Client) -> None:
    JobFactory(label="alone", **running(read=1, pending=2))
    html = admin_client.get(reverse("dashboard-panel", args=["jobs"])).content.decode()
    assert "alone" in html
    assert "<html" not in html
    assert 'hx-trigger="every 2s' in html
    assert admin_client.get(reverse("dashboard-panel", args=["nothing"])).status_code == 404


def test_a_stranger_is_asked_to_log_in(client: Client) -> None:
    for address in (INDEX, reverse("dashboard-panel", args=["jobs"])):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("admin:login"))


def test_numbers_follow_every_committed_change(admin_client: Client) -> None:
    learn(files=2)
    before = numbers(admin_client.get(INDEX).content.decode())
    codebase = Codebase.objects.get()
    chunk = ChunkFactory(file=FileFactory(codebase=codebase))
    Codebase.objects.filter(pk=codebase.pk).update(revision=codebase.revision + 1)
    read = numbers(admin_client.get(INDEX).content.decode())
    assert (read["files"], read["chunks"]) == (before["files"] + 1, before["chunks"] + 1)
    assert read["vectors"] == before["vectors"]
    EmbeddingFactory(generation=EmbeddingGeneration.objects.get(), text_digest=chunk.text_digest)
    embedded = numbers(admin_client.get(INDEX).content.decode())
    assert embedded["vectors"] == before["vectors"] + 1


@pytest.mark.parametrize(
    ("seconds", "busy", "pace"), [(0.01, True, 2), (0.01, False, 15), (3.0, True, 60)]
)
def test_a_panel_that_is_dear_asks_less_often(
    rf: RequestFactory, seconds: float, busy: bool, pace: int
) -> None:
    if busy:
        JobFactory(**running(read=1, pending=2))
    box = _box(rf.get(INDEX), Rendered(BROKEN, "", "", seconds))
    assert box["refresh_seconds"] == pace
