"""A T5 by real processes of the smallest size: killed, picked up, judged, tuned further."""

from __future__ import annotations

import threading
import time
from typing import Any

import psutil
import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from apps.shared.artifacts.models import Artifact
from apps.shared.artifacts.services import artifact_path
from apps.shared.core.jobs import jobs_recover
from apps.shared.core.models import Job
from apps.singularity.ingestion.models import Codebase
from apps.singularity.training.models import Model, ModelInUse, TrainingPoint, TrainingRun
from apps.singularity.training.selectors import model_in_use, run_get
from apps.singularity.training.services import (
    model_fine_tune,
    models_compare,
    run_enqueue,
    run_start,
)
from apps.singularity.training.services.folders import run_folder
from apps.singularity.training.tasks import train
from tests.common.training import code_base

pytestmark = pytest.mark.django_db
STEPS, EVERY = 60, 10


def process_of(run: TrainingRun) -> psutil.Process | None:
    """The training process of a run."""
    for child in psutil.Process().children(recursive=True):
        try:
            if str(run.pk) in " ".join(child.cmdline()):
                return child
        except psutil.NoSuchProcess:
            continue
    return None


def kill_after_checkpoint(run: TrainingRun) -> None:
    """kill -9, as soon as there is something to go on from."""
    for _ in range(4_000):
        if any(run_folder(run.pk).glob("checkpoint-*")):
            break
        time.sleep(0.02)
    if process := process_of(run):
        process.kill()


@pytest.fixture(scope="module", autouse=True)
def run(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Any:
    """A run whose process was killed, whose worker was lost, and that ended well all the same."""
    with django_db_blocker.unblock():
        try:
            code_base(tmp_path_factory.mktemp("code"), files=80)
            run = run_start(
                kind="t5", size="test", steps=STEPS, checkpoint_every=EVERY, evaluate_every=30
            )
            killer = threading.Thread(target=kill_after_checkpoint, args=(run,), daemon=True)
            killer.start()
            train(run_enqueue(run=run).pk)
            killer.join()
            yield run_get(reference=str(run.pk))
        finally:
            ModelInUse.objects.all().delete()
            Model.objects.update(base=None, tokenizer_model=None)
            Model.objects.all().delete()
            TrainingRun.objects.all().delete()
            Job.objects.all().delete()
            Codebase.objects.all().delete()
            Artifact.objects.all().delete()
            connection.close()


@pytest.fixture(scope="module")
def model(run: TrainingRun, django_db_blocker: DjangoDbBlocker) -> Model:
    """The model of the run, after another worker picked it up."""
    with django_db_blocker.unblock():
        assert run.job is not None
        Job.objects.filter(pk=run.job.pk).update(
            state="running", pid=2**22, process_started_at=1.0, finished_at=None
        )
        (again,) = jobs_recover(instance=settings.INSTANCE_ID)
        train(again.pk)
        return Model.objects.get(run=run)


def test_a_kill_is_told_with_what_goes_on(run: TrainingRun) -> None:
    assert run.job is not None
    assert run.job.state == "failed"
    assert "was killed by SIGKILL" in run.job.error
    assert f"`manage.py train t5 --resume {str(run.pk)[:8]}`" in run.job.error
    assert 0 < run.step < STEPS


def test_a_t5_without_a_vocabulary_has_one_trained_first(run: TrainingRun) -> None:
    first = Model.objects.get(kind="vocabulary")
    assert run.notes == [f"There was no vocabulary: {first.version} was trained first."]
    assert run.spec["tokenizer_version"] == first.version


def test_the_next_worker_goes_on_from_the_checkpoint(run: TrainingRun, model: Model) -> None:
    run = run_get(reference=str(run.pk))
    assert any(note.startswith("Goes on from the checkpoint of step") for note in run.notes)
    assert (run.step, run.steps) == (STEPS, STEPS)
    assert model.version == f"{settings.INSTANCE_ID}_t5-all_v1.0"
    assert (model.base_digest, model.origin) == ("scratch-0", "local")
    assert model.tokenizer_model is not None
    assert model.tokenizer == model.tokenizer_model.tokenizer
    assert model_in_use(kind="t5", scope="all") == model
    losses = TrainingPoint.objects.filter(run=run, name="loss")
    assert losses.count() >= 2
    judged = TrainingPoint.objects.filter(run=run, name="bits_per_byte")
    assert {0, STEPS} <= set(judged.values_list("step", flat=True))
    assert model.metrics["bits_per_byte"] <= run.before["bits_per_byte"]


def test_the_bundle_is_a_card_and_no_pickle(model: Model) -> None:
    folder = artifact_path(digest=model.artifact)
    assert f"# {model.version}" in (folder / "README.md").read_text()
    assert {file.suffix for file in folder.iterdir()} <= {".json", ".safetensors", ".md"}


def test_it_is_judged_here_as_it_was_at_the_end_of_its_run(model: Model) -> None:
    judged = models_compare(
        kind="t5", scope="all", folders={"it": artifact_path(digest=model.artifact)}
    )
    assert judged["it"].metrics["bits_per_byte"] == pytest.approx(model.metrics["bits_per_byte"])
    assert judged["it"].examples > 0


def test_tuning_further_stays_in_the_family_and_out_of_use(model: Model) -> None:
    Model.objects.filter(pk=model.pk).update(origin="aggregate", base_digest="")
    tuned = model_fine_tune(model=Model.objects.get(pk=model.pk), steps=4)
    assert (tuned.origin, tuned.base, tuned.family) == ("personalised", model, model.family)
    assert tuned.tokenizer_model == model.tokenizer_model
    assert model_in_use(kind="t5", scope="all") == model
    assert tuned.run is not None
    assert tuned.run.before["bits_per_byte"] == pytest.approx(model.metrics["bits_per_byte"])
