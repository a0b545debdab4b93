"""Training in the admin and on the first page: what rows say, to whom may see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.shared.core.jobs.status import job_status
from apps.singularity.publishing.services.heartbeat import heartbeat
from apps.singularity.training.management.shown import curve_text
from apps.singularity.training.models import ModelInUse, TrainingRun
from apps.singularity.training.services import model_add, model_use
from tests.common.factories.core import JobFactory, running
from tests.common.factories.ingestion import CodebaseFactory
from tests.common.factories.training import InUseFactory, ModelFactory, PointFactory, RunFactory
from tests.common.training import bundle

pytestmark = pytest.mark.django_db
INDEX = reverse("admin:index")
PANEL = reverse("dashboard-panel", args=["training"])
RUNS = reverse("admin:training_trainingrun_changelist")
MODELS = reverse("admin:training_model_changelist")
IN_USE = reverse("admin:training_modelinuse_changelist")


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def row_page(row: object, name: str) -> str:
    return reverse(f"admin:training_{name}_change", args=[getattr(row, "pk", None)])


def going() -> TrainingRun:
    """A run that a live process trains."""
    job = JobFactory(kind="train", **running(**{"step": 30, "steps": 120, "tokens/s": 9_000}))
    run: TrainingRun = RunFactory(job=job, step=30, steps=120, seconds_left=90.0)
    return run


@pytest.mark.parametrize("address", [RUNS, MODELS, IN_USE])
def test_empty_lists_say_what_to_do(admin_client: Client, address: str) -> None:
    assert "manage.py train encoder" in page(admin_client, address)


def test_a_running_training_shows_itself_and_renews(admin_client: Client) -> None:
    run = going()
    for step in (10, 20):
        PointFactory(run=run, step=step)
    PointFactory(run=run, name="bits_per_byte", step=0, value=4.2)
    html = page(admin_client, row_page(run, "trainingrun"))
    live = reverse("admin:training_run_live", args=[run.pk])
    assert f'hx-get="{live}"' in html
    for address in (row_page(run, "trainingrun"), live):
        html = page(admin_client, address)
        assert 'data-number="loss">3.25<' in html
        assert 'data-chart="Loss"' in html
        assert 'data-chart="Bits per byte"' in html
        assert "30 of 120 steps" in html
    TrainingRun.objects.filter(pk=run.pk).update(job=None)
    assert "hx-get" not in page(admin_client, live)


def test_a_failed_run_says_why(admin_client: Client) -> None:
    run = RunFactory(notes=["Out of memory at 16 sequences: goes on with 8."])
    html = page(admin_client, row_page(run, "trainingrun"))
    assert "TrainingFailed: The disk is full." in html
    assert "Out of memory at 16 sequences" in html
    assert "TrainingFailed: The disk is full." in page(admin_client, RUNS)


def test_two_runs_are_laid_side_by_side(admin_client: Client) -> None:
    one = RunFactory(spec={"rate": 0.1}, metrics={"bits_per_byte": 2.5})
    other = RunFactory(spec={"rate": 0.2}, metrics={"bits_per_byte": 2.25})
    for run in (one, other):
        PointFactory(run=run, step=5)
    data = {"action": "compare", "_selected_action": [str(one.pk), str(other.pk)]}
    html = admin_client.post(RUNS, data).content.decode()
    for said in ("0.1", "0.2", "2.5", "2.25", 'data-chart="Loss"'):
        assert said in html
    data["_selected_action"] = [str(one.pk)]
    assert "Choose two runs" in admin_client.post(RUNS, data, follow=True).content.decode()


def test_lineage_leads_both_ways(admin_client: Client) -> None:
    vocabulary = ModelFactory(kind="vocabulary", version="alpha_vocabulary-all_v1.0")
    base = ModelFactory(tokenizer_model=vocabulary)
    tuned = ModelFactory(base=base, origin="personalised")
    html = page(admin_client, row_page(base, "model"))
    assert vocabulary.version in html
    assert tuned.version in html
    assert base.version in page(admin_client, row_page(tuned, "model"))
    assert base.version in page(admin_client, row_page(vocabulary, "model"))


def test_models_are_used_and_given_back_by_those_who_may(
    client: Client, admin_client: Client, tmp_path: Path
) -> None:
    one, two = (
        model_add(folder=bundle(tmp_path / str(n), fill=n), origin="local", kind="t5", scope="all")
        for n in range(2)
    )
    model_use(model=one, reason="first")
    use = reverse("admin:training_model_use", args=[two.pk])
    assert use in page(admin_client, row_page(two, "model"))
    assert admin_client.get(use).status_code == 405
    admin_client.post(use)
    row = ModelInUse.objects.get()
    assert (row.model, row.reason) == (two, "Chosen by admin.")
    back = reverse("admin:training_roll_back", args=[row.pk])
    assert back in page(admin_client, row_page(row, "modelinuse"))

    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(reader)
    assert back not in page(client, row_page(row, "modelinuse"))
    assert [client.post(address).status_code for address in (use, back)] == [403, 403]
    assert ModelInUse.objects.get().model == two
    admin_client.post(back)
    assert ModelInUse.objects.get().model == one


@pytest.mark.parametrize("address", [RUNS, MODELS, IN_USE])
def test_lists_take_the_same_queries_however_long(admin_client: Client, address: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(admin_client, address)
        return len(captured)

    InUseFactory()
    RunFactory()
    few = queries()
    for scope in ("go", "rust", "python"):
        InUseFactory(scope=scope, model=ModelFactory(base=ModelFactory()))
        RunFactory()
    assert queries() == few


def test_the_first_page_shows_what_is_trained_and_what_answers(admin_client: Client) -> None:
    assert "manage.py train encoder" not in page(admin_client, PANEL)
    CodebaseFactory()
    assert "manage.py train encoder" in page(admin_client, PANEL)
    row, run = InUseFactory(reason="The first of its kind and scope."), going()
    html = page(admin_client, PANEL)
    assert "manage.py train encoder" not in html
    assert f'data-run="{run.pk}"' in html
    assert "loss 3.25, 1 min 30 s left" in html
    assert row.model.version in html
    assert "bits per byte 2.125" in html
    why = html.partition("data-why>")[2].partition("</dd>")[0]
    assert "Trained here" in why
    assert "The first of its kind" in why
    assert "This panel failed" not in html
    assert PANEL in page(admin_client, INDEX)


def test_the_heartbeat_tells_of_the_training() -> None:
    going()
    said = heartbeat()
    assert said is not None
    (job,) = said.jobs
    assert (job.kind, job.done, job.total, job.unit) == ("train", 30, 120, "steps")


def test_a_job_of_a_training_counts_steps() -> None:
    run = going()
    assert run.job is not None
    status = job_status(run.job)
    assert (status.done, status.total, status.unit) == (30, 120, "steps")
    assert status.also == (("tokens/s", 9_000),)


def test_a_curve_in_a_line_keeps_its_shape() -> None:
    assert curve_text([5.0 - step / 1000 for step in range(1001)], width=8) == "█▇▆▅▄▃▂▁"
    assert curve_text([]) == ""
