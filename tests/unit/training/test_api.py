"""The REST API of training: start, follow, cancel; models, and which of them answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.shared.access.roles import Role
from apps.shared.core.models import Job
from apps.singularity.training.models import ModelInUse, TrainingRun
from apps.singularity.training.services import model_add
from tests.common.factories.core import JobFactory, running
from tests.common.factories.training import InUseFactory, ModelFactory, PointFactory, RunFactory
from tests.common.people import person
from tests.common.problems import problem_of
from tests.common.training import bundle

pytestmark = pytest.mark.django_db
RUNS, MODELS = "/api/v1/training/runs", "/api/v1/models"


@pytest.fixture
def client() -> APIClient:
    """Somebody who may do all that is to be done with trainings."""
    client = APIClient()
    client.force_authenticate(person(Role.OPERATOR))
    return client


def get(client: APIClient, path: str, /, **parameters: Any) -> Any:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def test_a_training_is_queued_and_followed(
    client: APIClient, valkey: str, django_capture_on_commit_callbacks: Any
) -> None:
    wanted = {"kind": "t5", "languages": ["rust"], "steps": 50, "use": False}
    with django_capture_on_commit_callbacks(execute=True) as sent:
        response = client.post(RUNS, wanted, format="json")
    assert response.status_code == 202, response.content
    said = response.json()
    assert len(sent) == 1
    assert (said["run"]["state"], said["run"]["scope"], said["job"]["kind"]) == (
        "queued", "rust", "train",
    )  # fmt: skip
    assert Job.objects.get().config == {"run": said["run"]["id"], "use": False}
    again = client.post(RUNS, wanted, format="json")
    assert (again.status_code, TrainingRun.objects.count()) == (409, 1)
    assert "waits for a worker already" in problem_of(again)["detail"]
    cancelled = client.post(f"{RUNS}/{said['run']['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert client.post(f"{RUNS}/{said['run']['id']}/cancel").status_code == 409


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"kind": "parrot"}, "kind"),
        ({"kind": "t5", "codebase": 4}, "There is no code base 4."),
        ({"kind": "t5", "steps": 4, "minutes": 4}, "either how many steps"),
        ({"kind": "t5", "base": "aggregate"}, "The fleet has sent no t5"),
        ({"kind": "t5", "resume": "0badcafe"}, "There is no run 0badcafe"),
        ({"kind": "t5", "seed": -1}, "Seed cannot be below nothing"),
        ({"kind": "t5", "seed": 2**70}, "Seed is no number"),
        ({"kind": "t5", "minutes": "nan"}, "minutes"),
        ({"kind": "t5", "base": "b" * 400}, "cannot be looked at"),
    ],
)
def test_what_cannot_be_trained_is_answered_by_400(
    client: APIClient, wanted: dict[str, Any], said: str
) -> None:
    response = client.post(RUNS, wanted, format="json")
    assert response.status_code == 400
    assert said in response.content.decode()
    assert not TrainingRun.objects.exists()


def test_points_are_told_from_a_step_on(client: APIClient) -> None:
    run = RunFactory(job=JobFactory(kind="train", **running()))
    for step in (10, 20, 30):
        PointFactory(run=run, step=step, value=step / 8)
    said = get(client, f"{RUNS}/{run.pk}/follow", after=10)
    assert said["points"] == [
        {"name": "loss", "step": 20, "value": 2.5},
        {"name": "loss", "step": 30, "value": 3.75},
    ]
    assert (said["run"]["state"], said["run"]["loss"]) == ("running", 3.25)
    assert len(get(client, f"{RUNS}/{run.pk}/follow", after="x")["points"]) == 3


def test_a_run_says_why_it_ended(client: APIClient) -> None:
    run = RunFactory()
    said = get(client, f"{RUNS}/{run.pk}")
    assert (said["state"], said["error"]) == ("failed", "TrainingFailed: The disk is full.")
    orphan = get(client, f"{RUNS}/{RunFactory(job=None).pk}")
    assert (orphan["state"], orphan["error"]) == ("interrupted", "")


def test_lists_take_the_same_queries_however_long(client: APIClient) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            get(client, path)
        return len(captured)

    ModelFactory(base=ModelFactory(), tokenizer_model=ModelFactory())
    RunFactory()
    few = queries(RUNS), queries(MODELS)
    for _ in range(5):
        ModelFactory(base=ModelFactory(), tokenizer_model=ModelFactory())
        RunFactory(base=ModelFactory())
    assert (queries(RUNS), queries(MODELS)) == few


def test_lists_are_of_this_instance_and_filtered(client: APIClient) -> None:
    RunFactory(instance="other")
    ModelFactory(instance="other", run=None)
    mine = ModelFactory(kind="encoder")
    ModelFactory()
    found = get(client, MODELS, kind="encoder")["results"]
    assert [(row["version"], row["in_use"]) for row in found] == [(mine.version, False)]
    assert len(get(client, RUNS)["results"]) == 2


def test_models_are_taken_and_given_back(client: APIClient, tmp_path: Any) -> None:
    one, two = (
        model_add(folder=bundle(tmp_path / str(n), fill=n), origin="local", kind="t5", scope="all")
        for n in range(2)
    )
    for model in (one, two):
        assert client.post(f"{MODELS}/{model.pk}/use").json()["model"] == model.version
    (row,) = get(client, f"{MODELS}/in-use")
    assert (row["model"], row["former"]) == (two.version, one.version)
    place = {"kind": "t5", "scope": "all"}
    assert client.post(f"{MODELS}/roll-back", place).json()["model"] == one.version
    place["kind"] = "encoder"
    response = client.post(f"{MODELS}/roll-back", place)
    assert (response.status_code, "No encoder" in response.content.decode()) == (409, True)


def test_who_has_no_permission_changes_nothing(client: APIClient) -> None:
    row = InUseFactory()
    run = RunFactory(job=JobFactory(kind="train", state="queued"))
    client.force_authenticate(person(Role.VIEWER))
    for path, data in (
        (RUNS, {"kind": "t5"}),
        (f"{RUNS}/{run.pk}/cancel", {}),
        (f"{MODELS}/{row.former.pk}/use", {}),
        (f"{MODELS}/roll-back", {"kind": "t5"}),
    ):
        assert client.post(path, data, format="json").status_code == 403, path
    assert ModelInUse.objects.get().model == row.model
    assert Job.objects.get().state == "queued"
