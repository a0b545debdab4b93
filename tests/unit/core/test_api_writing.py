"""What writes over the REST API of an instance: who may, with which token, and that it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import Task
from kombu.exceptions import OperationalError
from rest_framework.test import APIClient

from apps.shared.access.models import ApiToken, AuditEntry, Scope
from apps.shared.access.roles import Role
from apps.shared.core.models import Job
from apps.singularity.guidance.services import insights_apply
from apps.singularity.training.models import Model
from apps.singularity.training.services import model_add, model_use
from tests.common.factories.core import JobFactory, running
from tests.common.factories.guidance import insight, own
from tests.common.factories.ingestion import CodebaseFactory
from tests.common.factories.training import RunFactory
from tests.common.people import person
from tests.common.problems import problem_of
from tests.common.training import bundle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]
API = "/api/v1/"


def model(folder: Path, number: int) -> Model:
    return model_add(
        folder=bundle(folder / str(number), fill=number), origin="local", kind="t5", scope="all"
    )


def two_models(folder: Path) -> None:
    for number in range(2):
        model_use(model=model(folder, number), reason="A test.")


def told(verb: str) -> str:
    insights_apply(payload=own(1, insight("a")))
    return f"insights/a/{verb}"


def rolled_back(folder: Path) -> str:
    two_models(folder)
    return "models/roll-back"


WRITING: dict[str, tuple[Callable[[Path], str], dict[str, Any], int]] = {
    "ingest.start": (lambda _: f"codebases/{CodebaseFactory().pk}/ingest", {}, 202),
    "mine.start": (lambda _: f"codebases/{CodebaseFactory().pk}/mine", {"full": True}, 202),
    "training.start": (lambda _: "training/runs", {"kind": "t5", "steps": 5}, 202),
    "training.cancel": (
        lambda _: f"training/runs/{RunFactory(job=queued('train')).pk}/cancel", {}, 200,
    ),
    "model.use": (lambda folder: f"models/{model(folder, 1).pk}/use", {}, 200),
    "model.roll_back": (rolled_back, {"kind": "t5"}, 200),
    "job.cancel": (lambda _: f"jobs/{queued('mine').pk}/cancel", {}, 200),
    "insight.dismiss": (lambda _: told("dismiss"), {}, 200),
    "insight.restore": (lambda _: told("restore"), {}, 200),
}  # fmt: skip
"""By what the audit log calls it: where it is asked for, with what, and the answer."""


def queued(kind: str) -> Job:
    return JobFactory(kind=kind, state="queued")


def program(role: Role, *scopes: Scope) -> APIClient:
    _, secret = ApiToken.objects.create(person(role), name="program", scopes=list(scopes))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client


@pytest.mark.parametrize("verb", WRITING)
def test_an_operator_may_and_the_audit_log_tells_of_it(verb: str, tmp_path: Path) -> None:
    place, wanted, status = WRITING[verb]
    path = API + place(tmp_path)
    client = program(Role.OPERATOR, Scope.READ, Scope.OPERATE)
    response = client.post(path, wanted, format="json")
    assert response.status_code == status, response.content
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.outcome) == (verb, "operator", "done")
    assert entry.target


@pytest.mark.parametrize("verb", WRITING)
def test_neither_a_viewer_nor_a_token_that_reads_may(verb: str, tmp_path: Path) -> None:
    place, wanted, _ = WRITING[verb]
    path = API + place(tmp_path)
    jobs = set(Job.objects.values_list("pk", "state"))
    viewer = program(Role.VIEWER, *Scope)
    reading = program(Role.OPERATOR, Scope.READ)
    refused = [client.post(path, wanted, format="json") for client in (viewer, reading)]
    assert [one.status_code for one in refused] == [403, 403]
    assert "'operate'" in problem_of(refused[1])["detail"]
    assert set(Job.objects.values_list("pk", "state")) == jobs
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("verb", ["ingest", "mine"])
def test_a_code_base_that_is_being_read_is_busy(verb: str) -> None:
    codebase = CodebaseFactory()
    JobFactory(kind=verb, key=f"codebase:{codebase.pk}", **running())
    client = program(Role.OPERATOR, Scope.OPERATE)
    response = client.post(f"{API}codebases/{codebase.pk}/{verb}")
    assert (response.status_code, problem_of(response)["code"]) == (409, "conflict")
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("verb", ["ingest.start", "mine.start", "training.start"])
def test_without_a_broker_the_job_waits_all_the_same(
    verb: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(Task, "apply_async", away)
    place, wanted, _ = WRITING[verb]
    client = program(Role.OPERATOR, Scope.OPERATE)
    with django_capture_on_commit_callbacks(execute=True) as sent:
        response = client.post(API + place(tmp_path), wanted, format="json")
    assert (response.status_code, len(sent)) == (202, 1)
    assert Job.objects.get().state == Job.State.QUEUED
    assert AuditEntry.objects.get().action == verb


@pytest.mark.parametrize(
    "path",
    [
        "codebases/9/ingest", "codebases/9/mine", "models/9/use", "insights/none/dismiss",
        "jobs/9/cancel", "training/runs/00000000-0000-0000-0000-000000000000/cancel",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(path: str) -> None:
    response = program(Role.OPERATOR, Scope.OPERATE).post(API + path)
    assert (response.status_code, problem_of(response)["code"]) == (404, "not_found")
    assert not AuditEntry.objects.exists()


def test_an_instance_that_only_reads_learns_all_the_same_and_says_that_nothing_leaves(
    settings: Any,
) -> None:
    settings.INSTANCE_MODE = "read-only"
    codebase = CodebaseFactory()
    client = program(Role.OPERATOR, Scope.READ, Scope.OPERATE)
    assert client.post(f"{API}codebases/{codebase.pk}/ingest").status_code == 202
    totals = client.get(f"{API}egress/totals").json()
    assert (totals["days"], totals["models"]) == ([], [])
