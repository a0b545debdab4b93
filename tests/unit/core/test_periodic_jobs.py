"""What beat starts is a row: it ends with a result or an error, and never overlaps itself."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from apps.shared.core.jobs import JobRun, beating, job_enqueue, job_run, jobs_recover, periodic_job
from apps.shared.core.jobs.periodic import KEPT
from apps.shared.core.jobs.status import jobs_recent, last_runs
from apps.shared.core.models import Job
from apps.shared.core.tasks import recover

pytestmark = pytest.mark.django_db(transaction=True)


class Trouble(Exception):
    """An error with a line for people."""


def task(work: Callable[[], Any]) -> Any:
    return periodic_job("tidy", "Tidying", Trouble)(work)


def only_job() -> Job:
    return Job.objects.get(kind="tidy")


def test_a_run_is_a_row_with_what_it_did() -> None:
    task(lambda: {"swept": 3})()
    job = only_job()
    assert (job.state, job.result, job.origin) == ("succeeded", {"swept": 3}, "worker")
    assert (job.key, job.instance) == (Job.SCHEDULE_KEY, settings.INSTANCE_ID)


def test_a_known_failure_is_told_by_the_row_alone() -> None:
    def work() -> None:
        raise Trouble("the bin is full: empty it")

    task(work)()
    assert only_job().error == "Trouble: the bin is full: empty it"


def test_an_unknown_failure_is_told_by_the_row_and_reaches_the_worker() -> None:
    def work() -> None:
        raise ZeroDivisionError("by zero")

    with pytest.raises(ZeroDivisionError):
        task(work)()
    assert only_job().state == "failed"


def test_a_database_that_is_away_for_a_moment_does_not_end_the_heartbeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beating, "BEAT_SECONDS", 0.01)
    beat, heard = JobRun.beat, threading.Event()
    beats: list[int] = []

    def interrupted(self: JobRun) -> bool:
        beats.append(1)
        if len(beats) == 1:
            raise OperationalError("the connection is lost")
        heard.set()
        return beat(self)

    monkeypatch.setattr(JobRun, "beat", interrupted)
    task(lambda: {"heard": heard.wait(5)})()
    assert only_job().result == {"heard": True}


def test_a_run_leaves_while_the_one_before_still_works() -> None:
    begun, may_end = threading.Event(), threading.Event()
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        begun.set()
        assert may_end.wait(20)

    slow = task(work)
    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(20)
    slow()
    may_end.set()
    thread.join()
    assert runs == [1]
    assert only_job().state == "succeeded"


def test_a_lost_run_is_taken_up_again() -> None:
    job, _ = job_enqueue(
        instance=settings.INSTANCE_ID, kind="tidy", key=Job.SCHEDULE_KEY, label="Tidying"
    )
    with job_run(
        instance=settings.INSTANCE_ID,
        kind="tidy",
        key=Job.SCHEDULE_KEY,
        label="Tidying",
        job_id=job.pk,
    ):
        Job.objects.filter(pk=job.pk).update(process_started_at=1.0)
        (again,) = jobs_recover(instance=settings.INSTANCE_ID)
    task(lambda: {"swept": 1})(again.pk)
    again.refresh_from_db()
    assert (again.state, again.attempt, again.result) == ("succeeded", 2, {"swept": 1})


def test_only_the_last_runs_stay() -> None:
    tidy = task(dict)
    for _ in range(KEPT + 3):
        tidy()
    assert Job.objects.filter(kind="tidy").count() == KEPT


def test_uneventful_runs_do_not_hide_other_jobs() -> None:
    task(dict)()
    with job_run(instance=settings.INSTANCE_ID, kind="ingest", key="codebase:1", label="code"):
        pass
    assert [s.job.kind for s in jobs_recent(instance=settings.INSTANCE_ID, limit=5)] == ["ingest"]


def test_the_schedule_shows_the_last_run_of_each_task(admin_client: Client) -> None:
    recover()
    path = "apps.shared.core.tasks.recover"
    assert last_runs(instance=settings.INSTANCE_ID)[path].job.result == {"waiting": 0}
    every, _ = IntervalSchedule.objects.get_or_create(every=60, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name="recover lost jobs", task=path, interval=every)
    PeriodicTask.objects.create(name="never", task="some.task", interval=every)
    page = admin_client.get(
        reverse("admin:django_celery_beat_periodictask_changelist")
    ).content.decode()
    assert "waiting 0" in page
    assert "succeeded" in page
