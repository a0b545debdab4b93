"""A job's status is what a person would conclude from its row and its process."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from apps.shared.core.jobs.status import job_status, jobs_recent
from apps.shared.core.models import Job
from tests.common.factories.core import JobFactory, running

pytestmark = pytest.mark.django_db


def test_a_running_job_tells_share_rate_and_time_left() -> None:
    status = job_status(JobFactory(**running(read=200, pending=1000, chunks=900)))
    assert status.running
    assert status.percent == 20
    assert status.rate == pytest.approx(10)
    assert status.left is not None
    assert status.left.total_seconds() == pytest.approx(80)
    assert status.also == (("chunks", 900),)


def test_a_resumed_fill_counts_only_its_own_vectors() -> None:
    status = job_status(
        JobFactory(kind="embed", **running(vectors=1100, texts=2000, vectors_before=1000))
    )
    assert status.percent == 55
    assert status.rate == pytest.approx(5)


def test_a_running_job_without_its_process_is_lost() -> None:
    gone = running(read=1, pending=2) | {"process_started_at": 1.0}
    status = job_status(JobFactory(**gone))
    assert status.state == Job.State.LOST
    assert not status.active
    assert "process is gone" in status.error


def test_a_job_of_another_host_is_lost_when_its_heart_stops() -> None:
    fields = running(read=1, pending=2) | {"host": "elsewhere"}
    assert job_status(JobFactory(**fields)).running
    fields |= {"heartbeat_at": timezone.now() - timedelta(minutes=2)}
    fields |= {"started_at": timezone.now() - timedelta(minutes=9)}
    assert job_status(JobFactory(**fields)).state == Job.State.LOST


def test_an_unknown_kind_and_an_empty_row_are_shown_all_the_same() -> None:
    status = job_status(JobFactory(kind="unheard-of"))
    assert (status.percent, status.rate, status.elapsed, status.left) == (0.0, None, None, None)


def test_nothing_to_do_is_all_done() -> None:
    done = JobFactory(state=Job.State.SUCCEEDED, progress={"read": 0, "pending": 0})
    assert job_status(done).percent == 100


def test_what_runs_comes_first_and_what_is_lost_after_what_waits() -> None:
    JobFactory(label="ended", state=Job.State.SUCCEEDED)
    JobFactory(label="runs", **running())
    JobFactory(label="lost", **(running() | {"process_started_at": 1.0}))
    JobFactory(label="waits")
    JobFactory(label="theirs", instance="somebody-else")
    shown = jobs_recent(instance=settings.INSTANCE_ID, limit=10)
    assert [status.job.label for status in shown] == ["runs", "waits", "lost", "ended"]
