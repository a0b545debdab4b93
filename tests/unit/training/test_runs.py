"""Runs from the command to the model in use, by real processes: vocabularies need no torch."""

from __future__ import annotations

import json
import os
import socket
import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from apps.shared.access.models import AuditEntry
from apps.shared.artifacts.models import Artifact
from apps.shared.artifacts.services import artifact_path
from apps.shared.core.jobs import JobAlreadyRunning, JobCancelled, jobs_recover
from apps.shared.core.jobs import run as job_run
from apps.shared.core.models import Job
from apps.singularity.ingestion.models import Codebase
from apps.singularity.training.management.commands import train as train_command
from apps.singularity.training.models import Model, ModelInUse, TrainingRun
from apps.singularity.training.selectors import model_in_use, run_get
from apps.singularity.training.services import (
    models_compare,
    run_enqueue,
    run_start,
    train_run,
)
from apps.singularity.training.services import runs as runs_service
from apps.singularity.training.services import training as training_service
from apps.singularity.training.services.corpus import CorpusError
from apps.singularity.training.services.folders import run_folder, runs_folder
from apps.singularity.training.services.pruning import runs_prune
from apps.singularity.training.tasks import train
from tests.common.training import code_base

pytestmark = pytest.mark.django_db
SIZE = 500
"""Of a vocabulary, in tokens."""


@pytest.fixture(scope="module", autouse=True)
def first(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Any:
    """Code that was read, and what `manage.py train vocabulary --json` printed of it."""
    with django_db_blocker.unblock():
        code_base(tmp_path_factory.mktemp("code"))
        said = command("train", "vocabulary", "--json")
        try:
            yield json.loads(said)
        finally:
            ModelInUse.objects.all().delete()
            Model.objects.all().delete()
            TrainingRun.objects.all().delete()
            Job.objects.all().delete()
            Codebase.objects.all().delete()
            Artifact.objects.all().delete()
            AuditEntry.objects.all().delete()


def command(*arguments: str) -> str:
    """What a command prints on standard output."""
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def trained(**wanted: Any) -> Model:
    use = wanted.pop("use", None)
    run = run_start(kind="vocabulary", vocabulary_size=SIZE, **wanted)
    return train_run(run=run, use=use)


def running(run: TrainingRun, *, pid: int) -> Job:
    """A worker's job that trains a run, in this process or in one that is gone."""
    now = timezone.now()
    return Job.objects.create(
        instance=settings.INSTANCE_ID, kind="train", key=f"{run.kind}:{run.scope}",
        label="a run", config={"run": str(run.pk), "use": None}, origin="worker",
        state="running", host=socket.gethostname(), pid=pid, started_at=now, heartbeat_at=now,
    )  # fmt: skip


def test_one_object_is_printed_and_the_rows_say_the_same(first: Any) -> None:
    run = run_get(reference=first["run"])
    model = model_in_use(kind="vocabulary", scope="all")
    assert model is not None
    assert model.run == run
    assert first == {
        "run": str(run.pk), "model": model.pk, "version": model.version, "family": model.family,
        "metrics": model.metrics,
    }  # fmt: skip
    assert model.version == f"{settings.INSTANCE_ID}_vocabulary-all_v1.0"
    assert first["metrics"]["bytes_per_token"] > 2
    assert run.data_digest.startswith("sha256:")
    assert run.notes[-1] == "The first of its kind and scope."
    assert run.job is not None
    assert (run.job.state, run.job.result["version"]) == ("succeeded", model.version)


def test_a_worse_model_is_kept_but_not_used(first: Any) -> None:
    worse = trained(steps=0)
    assert worse.version.endswith("_v1.1")
    assert model_in_use(kind="vocabulary", scope="all") != worse
    assert worse.run is not None
    note = worse.run.notes[-1]
    assert note.startswith("Not better: bytes_per_token")
    assert f"{first['version']} has {first['metrics']['bytes_per_token']:.4g}" in note


def test_people_may_choose_otherwise(first: Any) -> None:
    chosen = trained(use=True)
    row = ModelInUse.objects.get(kind="vocabulary", scope="all")
    assert row.former is not None
    assert (row.model, row.former.version, row.reason) == (chosen, first["version"], "As asked.")
    said = command("models", "roll-back", "vocabulary")
    assert said.startswith(first["version"])
    left = trained(use=False)
    assert left.run is not None
    assert left.run.notes[-1] == "Left out of use, as asked."
    command("models", "use", chosen.version)
    assert model_in_use(kind="vocabulary", scope="all") == chosen


def test_models_are_judged_on_the_same_code(first: Any) -> None:
    model = Model.objects.get(version=first["version"])
    folder = artifact_path(digest=model.artifact)
    judged = models_compare(kind="vocabulary", scope="all", folders={"a": folder, "b": folder})
    assert judged["a"] == judged["b"]
    assert judged["a"].metrics["bytes_per_token"] == first["metrics"]["bytes_per_token"]
    assert not list(runs_folder().glob("compare-*"))


def test_the_same_is_not_trained_twice_at_once() -> None:
    other = run_start(kind="vocabulary")
    running(other, pid=os.getpid())
    with pytest.raises(JobAlreadyRunning, match="is already running"):
        train_run(run=run_start(kind="vocabulary"))
    assert trained(languages=["python"]).scope == "python"


def test_a_cancelled_run_ends_at_once_and_is_resumed() -> None:
    run = run_start(kind="vocabulary", vocabulary_size=SIZE)

    def cancel(run: TrainingRun, phase: str) -> None:
        if phase == "training" and run.job:
            Job.objects.filter(pk=run.job.pk).update(state="cancelled")

    with pytest.raises(JobCancelled):
        train_run(run=run, report=cancel)
    assert not hasattr(run_get(reference=str(run.pk)), "model")
    again = train_run(run=run_start(kind="vocabulary", resume=str(run.pk)))
    assert again.run == run


def test_a_cancelled_process_does_not_come_to_its_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = f"""echo '{{"event": "started"}}'; sleep 20; touch {tmp_path}/ended"""
    monkeypatch.setattr(training_service, "training_command", lambda _spec: ["sh", "-c", said])

    def cancel(run: TrainingRun, phase: str) -> None:
        if phase == "training" and run.job:
            Job.objects.filter(pk=run.job.pk).update(state="cancelled")

    with pytest.raises(JobCancelled):
        train_run(run=run_start(kind="vocabulary"), report=cancel)
    assert not (tmp_path / "ended").exists()


def test_a_lost_run_is_picked_up_by_the_next_worker() -> None:
    run = run_start(kind="vocabulary", vocabulary_size=SIZE)
    lost = running(run, pid=2**22)
    (waiting,) = jobs_recover(instance=settings.INSTANCE_ID)
    assert (waiting.config, waiting.attempt) == (lost.config, 2)
    train(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.result["run"]) == ("succeeded", str(run.pk))
    train(waiting.pk)  # the broker may hand it out twice
    assert Model.objects.filter(run=run).count() == 1


def test_a_worker_killed_after_the_model_was_made_makes_no_second() -> None:
    run = run_start(kind="vocabulary", vocabulary_size=SIZE)
    model = train_run(run=run, use=False)
    job = run_enqueue(run=run)
    train(job.pk)
    job.refresh_from_db()
    assert job.state == "succeeded"
    assert list(Model.objects.filter(run=run)) == [model]


def test_a_process_that_dies_without_a_word_is_told_by_its_signal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        training_service, "training_command", lambda _spec: ["sh", "-c", "kill -9 $$"]
    )
    run = run_start(kind="vocabulary")
    job = run_enqueue(run=run)
    train(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error == (
        "TrainingFailed: The training process was killed by SIGKILL (memory may have run out). "
        f"`manage.py train vocabulary --resume {str(run.pk)[:8]}` goes on from its last checkpoint."
    )


def test_a_full_disk_is_one_line() -> None:
    run = run_start(kind="vocabulary")
    folder = run_folder(run.pk)
    folder.mkdir(parents=True)
    (folder / "spec.json").symlink_to("/dev/full")
    with pytest.raises(CommandError, match="The disk is full: make room below"):
        call_command("train", "vocabulary", "--resume", str(run.pk))
    assert "The disk is full" in command("runs", str(run.pk))
    (folder / "spec.json").unlink()
    assert train_run(run=run_start(kind="vocabulary", resume=str(run.pk))).run == run


def test_a_t5_that_waits_for_its_vocabulary_shows_signs_of_life(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a worker on another host takes it for lost after a minute, and trains it too."""
    beating: list[str] = []

    def first(_run: TrainingRun, _report: Any) -> Model:
        beating.extend(thread.name for thread in threading.enumerate())
        raise CorpusError("enough was seen")

    ModelInUse.objects.all().delete()
    monkeypatch.setattr(runs_service, "_vocabulary_first", first)
    run = run_start(kind="t5")
    with pytest.raises(CorpusError, match="enough was seen"):
        train_run(run=run)
    assert f"heartbeat of job {run.job_id}" in beating


def test_too_little_code_is_one_line() -> None:
    run = run_start(kind="vocabulary", languages=["cobol"])
    with pytest.raises(CorpusError, match="no code in cobol; there is python"):
        train_run(run=run)
    with pytest.raises(CommandError, match="no code base is called 'nothing'; known: shop"):
        call_command("train", "t5", "--codebase", "nothing")
    Codebase.objects.all().delete()
    with pytest.raises(CommandError, match="There is no code to learn from"):
        call_command("train", "vocabulary")
    assert Job.objects.filter(state="failed").count() == 2


def test_one_run_waits_for_a_worker_and_no_second(
    valkey: str, django_capture_on_commit_callbacks: Any
) -> None:
    said = json.loads(command("train", "vocabulary", "--background", "--json"))
    job = Job.objects.get(pk=said["job"])
    assert (job.state, job.config["run"]) == ("queued", said["run"])
    before = TrainingRun.objects.count()
    with pytest.raises(CommandError, match="waits for a worker already"):
        call_command("train", "vocabulary", "--background")
    assert TrainingRun.objects.count() == before


def test_runs_and_models_are_listed(first: Any) -> None:
    beginning = first["run"][:8]
    assert beginning in command("runs")
    (listed,) = json.loads(command("runs", "--json"))
    assert (listed["state"], listed["model"]) == ("succeeded", first["version"])
    one = json.loads(command("runs", beginning, "--json"))
    assert one["curves"]["bytes_per_token"] == [[3, first["metrics"]["bytes_per_token"]]]
    assert "bytes_per_token" in command("runs", beginning)
    other = trained(use=False, seed=7)
    compared = json.loads(command("runs", "--json", "--compare", beginning, str(other.run_id)))
    assert compared["settings"] == {"seed": [0, 7], "vocabulary_size": [8192, SIZE]}
    assert "vocabulary_size" in command("runs", "--compare", beginning, str(other.run_id))
    models = json.loads(command("models", "--json"))
    assert [model["in_use"] for model in models["models"]] == [False, True]
    assert models["in_use"][0]["version"] == first["version"]
    assert f"*  {first['version']}" in command("models")
    with pytest.raises(CommandError, match="No model here is called"):
        call_command("models", "use", "nothing_v1.0")
    with pytest.raises(CommandError, match="There is no run"):
        call_command("runs", "ffffffff")


def test_old_runs_give_back_their_disk_and_keep_their_log(first: Any) -> None:
    folder = run_folder(run_get(reference=first["run"]).pk)
    assert (folder / "corpus").is_dir()
    newer = [run_start(kind="vocabulary") for _ in range(4)]
    assert newer
    runs_prune()
    assert not (folder / "corpus").exists()
    assert not (folder / "bundle").exists()
    assert (folder / "log.txt").is_file()


def test_the_stopped_worker_leaves_the_run_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_start(kind="vocabulary", vocabulary_size=SIZE)
    job = run_enqueue(run=run)
    job_run._stopping.set()
    try:
        train(job.pk)
    finally:
        job_run._stopping.clear()
    again = Job.objects.get(kind="train", state="queued")
    assert (again.config, again.pk != job.pk) == (job.config, True)
    train(again.pk)
    assert Model.objects.filter(run=run).count() == 1


def test_an_interrupt_ends_cleanly_and_says_what_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_display: Any, _run: TrainingRun, phase: str) -> None:
        if phase == "training":
            raise KeyboardInterrupt

    monkeypatch.setattr(train_command, "_show", interrupt)
    err = StringIO()
    with pytest.raises(KeyboardInterrupt):
        call_command("train", "vocabulary", "--json", stderr=err)
    run = TrainingRun.objects.first()
    assert run is not None
    assert run.job is not None
    assert err.getvalue().startswith(
        f"Stopped. `manage.py train vocabulary --resume {str(run.pk)[:8]}` goes on"
    )
    assert capsys.readouterr().out == ""
    assert run.job.state == "cancelled"
    monkeypatch.undo()
    command("train", "vocabulary", "--resume", str(run.pk)[:8], "--no-use")
    assert Model.objects.filter(run=run).count() == 1
