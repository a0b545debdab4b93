"""The admin shows what was learned, of this instance, without a query for each row."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.shared.core.models import Job
from apps.singularity.ingestion import tasks
from apps.singularity.ingestion.engine.skips import SkipReason
from apps.singularity.ingestion.models import Chunk, Codebase, EmbeddingGeneration, File
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
FACTORIES: dict[str, Any] = {
    "codebase": CodebaseFactory,
    "file": FileFactory,
    "chunk": ChunkFactory,
    "declareddependency": DependencyFactory,
    "secretfinding": SecretFactory,
    "embeddinggeneration": GenerationFactory,
}


def listing(model: str, **filters: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"{reverse(f'admin:ingestion_{model}_changelist')}?{query}"


def page(model: str, key: int) -> str:
    return reverse(f"admin:ingestion_{model}_change", args=[key])


def rows(client: Client, address: str) -> list[Any]:
    """The rows that a list shows."""
    return list(client.get(address).context["cl"].result_list)


def theirs(model: str) -> Any:
    """A row of another instance."""
    if model in {"codebase", "embeddinggeneration"}:
        return FACTORIES[model](instance="somebody-else")
    codebase = CodebaseFactory(instance="somebody-else", name="their-secret-project")
    file = FileFactory(codebase=codebase)
    return file if model == "file" else FACTORIES[model](file=file)


@pytest.mark.parametrize("model", FACTORIES)
def test_rows_of_another_instance_are_out_of_reach(admin_client: Client, model: str) -> None:
    mine, other = FACTORIES[model](), theirs(model)
    assert rows(admin_client, listing(model)) == [mine]
    assert admin_client.get(page(model, mine.pk)).status_code == 200
    assert admin_client.get(page(model, other.pk)).status_code == 302
    assert "their-secret-project" not in admin_client.get(listing(model)).content.decode()


def test_every_admin_of_rows_that_carry_an_instance_filters_by_it(rf: Any, admin_user: Any) -> None:
    request = rf.get("/")
    request.user = admin_user
    filtered = 0
    for model, model_admin in admin.site._registry.items():
        here = not model.__module__.startswith("apps.centralcloud.")
        if here and any(field.name == "instance" for field in model._meta.fields):
            sql = str(model_admin.get_queryset(request).query)
            assert f'"instance" = {settings.INSTANCE_ID}' in sql, model
            filtered += 1
    assert filtered == 23


@pytest.mark.parametrize("model", FACTORIES)
def test_what_is_learned_is_read_only(admin_client: Client, model: str) -> None:
    row = FACTORIES[model]()
    before = type(row).objects.values().get(pk=row.pk)
    assert admin_client.get(reverse(f"admin:ingestion_{model}_add")).status_code == 403
    assert admin_client.post(page(model, row.pk), {"name": "forged"}).status_code == 403
    assert type(row).objects.values().get(pk=row.pk) == before


@pytest.mark.parametrize("model", [name for name in FACTORIES if name != "embeddinggeneration"])
def test_queries_of_a_list_do_not_grow_with_its_rows(admin_client: Client, model: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(listing(model)).status_code == 200
        return len(captured)

    FACTORIES[model]()
    few = queries()
    FACTORIES[model].create_batch(9)
    assert queries() == few <= 12


def test_files_are_found_by_state_reason_language_codebase_and_path(admin_client: Client) -> None:
    read = FileFactory(path="src/cart.rs", language="rust")
    ignored = SkippedFactory(codebase=read.codebase, path="node_modules", is_directory=True)
    binary = SkippedFactory(path="logo.png", reason="binary", detail="NUL byte")
    for filters, expected in (
        ({"state__exact": "included"}, [read]),
        ({"state__exact": "skipped"}, [ignored, binary]),
        ({"reason__exact": "binary"}, [binary]),
        ({"language": "rust"}, [read]),
        ({"codebase__id__exact": read.codebase_id}, [read, ignored]),
        ({"q": "CART"}, [read]),
    ):
        assert rows(admin_client, listing("file", **filters)) == expected, filters


@pytest.mark.parametrize("reason", SkipReason)
def test_a_skipped_file_says_why_in_a_sentence(admin_client: Client, reason: SkipReason) -> None:
    SkippedFactory(reason=reason.value, detail="<here>")
    html = admin_client.get(listing("file")).content.decode()
    assert reason.sentence in html
    assert "&lt;here&gt;" in html


def test_a_file_lists_its_chunks_in_order(admin_client: Client) -> None:
    file = FileFactory()
    second = ChunkFactory(file=file, ordinal=1, start_line=9, end_line=12)
    first = ChunkFactory(file=file, ordinal=0, start_line=1, end_line=7)
    html = admin_client.get(page("file", file.pk)).content.decode()
    assert html.index("lines 1-7") < html.index("lines 9-12")
    assert page("chunk", first.pk) in html
    assert page("chunk", second.pk) in html


def test_a_chunk_shows_its_code_and_never_runs_it(admin_client: Client) -> None:
    hostile = "<script>alert('x')</script>"
    chunk = ChunkFactory(
        content=f"def a():\n    return {hostile!r}\n", documentation=hostile, signature=hostile,
        symbol=hostile, start_line=41, end_line=42,
    )  # fmt: skip
    html = admin_client.get(page("chunk", chunk.pk)).content.decode()
    assert "<script>alert" not in html
    assert ">41<" in html
    assert ">42<" in html
    assert chunk.content_digest.hex() in html


@pytest.mark.parametrize("language", ["python", "csharp", "no-such-language", ""])
def test_code_of_any_language_is_shown(admin_client: Client, language: str) -> None:
    chunk = ChunkFactory(language=language, content="one\n\ttwo  \n")
    response = admin_client.get(page("chunk", chunk.pk))
    assert "two" in response.content.decode()


def test_dependencies_are_found_by_ecosystem_scope_and_lock(admin_client: Client) -> None:
    npm = DependencyFactory(purl="pkg:npm/left-pad", scope="dev")
    pypi = DependencyFactory(purl="pkg:pypi/django@5.2", locked=True)
    assert rows(admin_client, listing("declareddependency", ecosystem="npm")) == [npm]
    assert rows(admin_client, listing("declareddependency", scope="dev")) == [npm]
    assert rows(admin_client, listing("declareddependency", locked__exact=1)) == [pypi]


def test_a_generation_counts_its_vectors(admin_client: Client) -> None:
    generation = GenerationFactory()
    EmbeddingFactory.create_batch(3, generation=generation)
    other = GenerationFactory(state=EmbeddingGeneration.State.BUILDING)
    counts = {row.pk: row.number for row in rows(admin_client, listing("embeddinggeneration"))}
    assert counts == {generation.pk: 3, other.pk: 0}


def test_the_page_of_a_codebase_sums_it_up(admin_client: Client) -> None:
    file = FileFactory(lines=1234)
    ChunkFactory.create_batch(3, file=file)
    SkippedFactory.create_batch(2, codebase=file.codebase)
    html = admin_client.get(page("codebase", file.codebase_id)).content.decode()
    assert 'data-number="lines">1,234<' in html
    assert 'data-number="chunks">3<' in html
    assert 'data-count="ignored">2<' in html


@pytest.mark.parametrize(("action", "full"), [("ingest_now", False), ("ingest_in_full", True)])
def test_an_action_queues_one_job_and_sends_it_after_commit(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, action: str, full: bool,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    codebase = CodebaseFactory()
    sent: list[int] = []
    monkeypatch.setattr(tasks.ingest, "delay", sent.append)
    chosen = {"action": action, "_selected_action": codebase.pk}
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(listing("codebase"), chosen)
        assert sent == []
        admin_client.post(listing("codebase"), chosen)
    job = Job.objects.get()
    assert job.config == {"codebase": codebase.pk, "full": full}
    assert set(sent) == {job.pk}


def test_deleting_asks_first_then_deletes(admin_client: Client) -> None:
    chunk = ChunkFactory()
    address = reverse("admin:ingestion_codebase_delete", args=[chunk.codebase_id])
    assert "1 files, 1 chunks" in admin_client.get(address).content.decode()
    assert Codebase.objects.exists()
    admin_client.post(address, {"post": "yes"})
    assert not Codebase.objects.exists()
    assert not File.objects.exists()
    assert not Chunk.objects.exists()


@pytest.mark.parametrize("by_list", [True, False])
def test_deleting_one_that_is_being_read_is_refused_in_one_line(
    admin_client: Client, by_list: bool
) -> None:
    codebase = CodebaseFactory()
    JobFactory(key=f"codebase:{codebase.pk}", **running(read=1, pending=2))
    if by_list:
        chosen = {"action": "delete_selected", "_selected_action": codebase.pk, "post": "yes"}
        response = admin_client.post(listing("codebase"), chosen, follow=True)
    else:
        address = reverse("admin:ingestion_codebase_delete", args=[codebase.pk])
        response = admin_client.post(address, {"post": "yes"}, follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert len(told) == 1
    assert "is being read" in told[0]
    assert Codebase.objects.filter(pk=codebase.pk).exists()


def test_filters_and_their_suggestions_name_nothing_of_another_instance(
    admin_client: Client,
) -> None:
    other = theirs("chunk")
    File.objects.filter(pk=other.file_id).update(path="their-secret-plan.py")
    ChunkFactory()
    for filters in (
        {"file__id__exact": other.file_id},
        {"codebase__id__exact": other.codebase_id},
    ):
        response = admin_client.get(listing("chunk", **filters))
        assert "their-secret" not in response.content.decode()
        assert list(response.context["cl"].result_list) == []
    suggestions = admin_client.get(
        reverse("admin:autocomplete"),
        {"app_label": "ingestion", "model_name": "chunk", "field_name": "file", "term": "py"},
    )
    assert len(suggestions.json()["results"]) == 1
    assert "their-secret" not in suggestions.content.decode()
