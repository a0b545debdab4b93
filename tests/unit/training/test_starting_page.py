"""Trainings started, stopped and gone on with from the dashboard: by whom, and what comes of it."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.shared.access.models import AuditEntry
from apps.shared.access.roles import Role
from apps.shared.core.models import Job
from apps.singularity.training.models import TrainingRun
from tests.common.factories.core import JobFactory, running
from tests.common.factories.ingestion import CodebaseFactory, FileFactory
from tests.common.factories.training import ModelFactory, RunFactory
from tests.common.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]
START = reverse("admin:training_start")
RUNS = reverse("admin:training_trainingrun_changelist")


def told() -> list[str]:
    """What the audit log says of trainings."""
    rows = AuditEntry.objects.filter(action__startswith="training").order_by("id")
    return list(rows.values_list("action", flat=True))


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(person(Role.OPERATOR))
    return client


@pytest.fixture
def viewer() -> Client:
    client = Client()
    client.force_login(person(Role.VIEWER))
    return client


def said(client: Client, wanted: dict[str, Any]) -> str:
    """What the page says after the form was sent."""
    response = client.post(START, wanted, follow=True)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_an_operator_starts_what_the_form_says(operator: Client) -> None:
    codebase = CodebaseFactory(name="shop")
    for language in ("rust", "go"):
        FileFactory(codebase=codebase, language=language)
    form = operator.get(START).content.decode()
    assert START in operator.get(RUNS).content.decode()
    for offered in ("shop", "rust", "go"):
        assert offered in form
    wanted = {"kind": "t5", "codebase": codebase.pk, "languages": ["rust"], "steps": "7"}
    page = said(operator, wanted | {"use": "no"})
    run, job = TrainingRun.objects.get(), Job.objects.get()
    assert (run.kind, run.scope, run.codebase, run.steps) == ("t5", "rust", codebase.pk, 7)
    assert (job.state, job.config["run"], job.config["use"]) == ("queued", str(run.pk), False)
    assert f"{run} waits for a worker as job {job.pk}." in page
    entry = AuditEntry.objects.get(action="training.start")
    assert (entry.actor, entry.via, entry.target_id) == ("operator", "dashboard", str(run.pk))


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ({"kind": "t5", "steps": 5, "minutes": 3}, "Say either how many steps or how many minutes"),
        ({"kind": "t5", "base": "aggregate"}, "The fleet has sent no t5 model for all yet"),
        ({"kind": "lstm"}, "lstm is not one of the available choices"),
        ({"kind": "t5", "steps": -1}, "greater than or equal to 1"),
        ({"kind": "t5", "languages": ["klingon"]}, "klingon is not one of the available choices"),
        ({"kind": "t5", "codebase": "999"}, "999 is not one of the available choices"),
        ({}, "This field is required"),
    ],
)
def test_what_cannot_be_trained_is_said_in_the_form(
    operator: Client, wanted: dict[str, Any], line: str
) -> None:
    CodebaseFactory()
    assert line in said(operator, wanted)
    assert not TrainingRun.objects.exists()
    assert told() == []


def test_a_second_of_the_same_kind_waits_for_the_first(operator: Client) -> None:
    said(operator, {"kind": "encoder"})
    assert "wait for it, or cancel it" in said(operator, {"kind": "encoder"})
    assert TrainingRun.objects.count() == 1


def test_a_run_is_stopped_once_and_goes_on(operator: Client) -> None:
    run = RunFactory(job=JobFactory(kind="train", **running(step=3)))
    cancel, resume = (
        reverse(f"admin:training_run_{verb}", args=[run.pk]) for verb in ("cancel", "resume")
    )
    page = reverse("admin:training_trainingrun_change", args=[run.pk])
    html_then = operator.get(page).content.decode()
    assert cancel in html_then
    assert resume not in html_then
    assert "ends after its next checkpoint" in operator.post(cancel, follow=True).content.decode()
    assert Job.objects.get().state == Job.State.CANCELLED
    assert "does not run" in operator.post(cancel, follow=True).content.decode()
    assert resume in operator.get(page).content.decode()
    operator.post(resume)
    run.refresh_from_db()
    assert run.job is not None
    assert run.job.state == Job.State.QUEUED
    assert told() == ["training.cancel", "training.start"]


def test_a_run_that_ended_well_has_nothing_to_go_on_with(operator: Client) -> None:
    run = RunFactory()
    ModelFactory(run=run)
    resume = reverse("admin:training_run_resume", args=[run.pk])
    page = reverse("admin:training_trainingrun_change", args=[run.pk])
    assert resume not in operator.get(page).content.decode()
    assert "has ended well" in operator.post(resume, follow=True).content.decode()
    assert not Job.objects.filter(state=Job.State.QUEUED).exists()


def test_a_viewer_looks_and_starts_nothing(viewer: Client) -> None:
    run = RunFactory(job=JobFactory(kind="train", **running(step=3)))
    verbs = [reverse(f"admin:training_run_{verb}", args=[run.pk]) for verb in ("cancel", "resume")]
    page = viewer.get(reverse("admin:training_trainingrun_change", args=[run.pk])).content.decode()
    assert not [verb for verb in verbs if verb in page]
    assert START not in viewer.get(RUNS).content.decode()
    assert [viewer.post(verb).status_code for verb in (START, *verbs)] == [403, 403, 403]
    assert Job.objects.get().state == Job.State.RUNNING


def test_nothing_is_done_by_a_link(operator: Client) -> None:
    run = RunFactory()
    for verb in ("cancel", "resume"):
        address = reverse(f"admin:training_run_{verb}", args=[run.pk])
        assert operator.get(address).status_code == 405
    nobody = reverse("admin:training_run_cancel", args=["00000000-0000-0000-0000-000000000000"])
    assert operator.post(nobody).status_code == 404
