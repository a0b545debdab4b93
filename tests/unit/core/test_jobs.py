"""Long runs: claimed once, alive while their process is, found when lost."""

import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psutil
import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.shared.core.jobs import (
    HEARTBEAT_TIMEOUT,
    JobAlreadyRunning,
    JobCancelled,
    JobStopped,
    job_cancel,
    job_enqueue,
    job_is_alive,
    job_run,
    job_running,
    jobs_recover,
    jobs_stop,
)
from apps.shared.core.jobs.services import MAX_ATTEMPTS, job_claim, job_finish
from apps.shared.core.models import Job

pytestmark = pytest.mark.django_db
ME: dict[str, Any] = {"instance": "alpha", "kind": "ingest", "key": "codebase:1"}


def claimed_by(pid: int, **fields: object) -> Job:
    """A running job whose process is ``pid`` of this host."""
    now = timezone.now()
    values = {
        **ME,
        "label": "demo",
        "state": Job.State.RUNNING,
        "host": socket.gethostname(),
        "pid": pid,
        "started_at": now,
        "heartbeat_at": now,
        **fields,
    }
    return Job.objects.create(**values)


def dead_pid() -> int:
    """The pid of a process that has ended and been reaped."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_success_keeps_result_and_progress() -> None:
    with job_run(**ME, label="demo") as run:
        run.report(force=True, read=1)
        run.report(read=3)
        run.result = {"files": 3}
    job = Job.objects.get()
    assert (job.state, job.result, job.progress) == ("succeeded", {"files": 3}, {"read": 3})
    assert job.finished_at is not None


def test_failure_keeps_the_error_and_raises() -> None:
    with pytest.raises(ValueError, match="broken"), job_run(**ME, label="demo"):
        raise ValueError("broken")
    job = Job.objects.get()
    assert job.state == "failed"
    assert job.error == "ValueError: broken"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("signal", [KeyboardInterrupt(), SystemExit(143)])
def test_an_interrupt_between_statements_leaves_no_busy_connection(signal: BaseException) -> None:
    def interrupted() -> None:
        connection.connection.pgconn.send_query(b"SELECT 1")
        raise signal

    with pytest.raises(type(signal)), job_run(**ME, label="demo"):
        interrupted()
    assert Job.objects.get().state == "cancelled"


@pytest.mark.parametrize("signal", [KeyboardInterrupt(), SystemExit(143)])
def test_an_interrupt_just_after_the_claim_is_a_cancellation(
    monkeypatch: pytest.MonkeyPatch, signal: BaseException
) -> None:
    def claim_and_die(**asked: Any) -> Job:
        job_claim(**asked)
        raise signal

    others = claimed_by(dead_pid(), key="codebase:2")
    monkeypatch.setattr("apps.shared.core.jobs.run.job_claim", claim_and_die)
    with pytest.raises(type(signal)), job_run(**ME, label="demo"):
        pytest.fail("the body ran")
    states = dict(Job.objects.values_list("key", "state"))
    assert states == {ME["key"]: "cancelled", others.key: "running"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("signal", [KeyboardInterrupt(), SystemExit(143)])
def test_an_interrupt_as_a_transaction_begins_does_not_hold_the_cancellation_back(
    signal: BaseException,
) -> None:
    def interrupted() -> None:
        transaction.atomic().__enter__()
        raise signal

    with pytest.raises(type(signal)), job_run(**ME, label="demo"):
        interrupted()
    connection.close()
    assert Job.objects.get().state == "cancelled"


@pytest.mark.parametrize("signal", [KeyboardInterrupt(), SystemExit(143)])
def test_an_interrupt_before_the_end_is_written_is_a_cancellation(
    monkeypatch: pytest.MonkeyPatch, signal: BaseException
) -> None:
    def finish_or_die(job: Job, *, state: Job.State, **how: Any) -> None:
        if state == Job.State.SUCCEEDED:
            raise signal
        job_finish(job, state=state, **how)

    monkeypatch.setattr("apps.shared.core.jobs.run.job_finish", finish_or_die)
    with pytest.raises(type(signal)), job_run(**ME, label="demo"):
        pass
    assert Job.objects.get().state == "cancelled"


def test_a_body_that_is_given_up_before_it_began_is_a_cancellation() -> None:
    run = job_run(**ME, label="demo")
    run.__enter__()
    del run
    assert Job.objects.get().state == "cancelled"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("signal", [KeyboardInterrupt(), SystemExit(143)])
def test_an_interrupt_while_a_statement_is_sent_cancels_the_job(signal: BaseException) -> None:
    def interrupted() -> None:
        connection.connection.pgconn.send_query(b"COMMIT")
        raise signal

    with pytest.raises(type(signal)) as raised, job_run(**ME, label="demo"), transaction.atomic():
        connection.connection.commit = interrupted
    assert raised.value is signal
    job = Job.objects.get()
    assert (job.state, job.error) == ("cancelled", "Interrupted; the next run goes on from here.")


@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit])
def test_interruption_is_a_cancellation(signal: type[BaseException]) -> None:
    with pytest.raises(signal), job_run(**ME, label="demo"):
        raise signal
    assert Job.objects.get().state == "cancelled"


def test_second_run_is_refused_in_one_line_that_names_the_first() -> None:
    with job_run(**ME, label="demo") as run:
        with pytest.raises(JobAlreadyRunning) as refused, job_run(**ME, label="demo"):
            pytest.fail("two runs at once")
        assert f"job {run.job.pk}, pid {os.getpid()}" in str(refused.value)
        assert "\n" not in str(refused.value)
        with job_run(**ME | {"key": "codebase:2"}, label="other"):
            pass
        with job_run(**ME | {"instance": "beta"}, label="demo"):
            pass
    assert Job.objects.filter(state="succeeded").count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_many_claims_at_once_one_wins() -> None:
    def claim(_: int) -> str:
        try:
            with job_run(**ME, label="demo"):
                winners.append(1)
                done.wait(20)
                return "ran"
        except JobAlreadyRunning:
            return "refused"
        finally:
            connection.close()

    winners: list[int] = []
    done = threading.Event()
    with ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(claim, number) for number in range(6)]
        while sum(future.done() for future in futures) < 5:
            time.sleep(0.01)
        done.set()
        outcomes = sorted(future.result() for future in futures)
    assert outcomes == ["ran"] + ["refused"] * 5
    assert winners == [1]


def test_cancelled_job_stops_at_its_next_report_and_stays_cancelled() -> None:
    def work_until_cancelled() -> None:
        with job_run(**ME, label="demo") as run:
            assert job_cancel(job_id=run.job.pk, instance="alpha")
            run.report(force=True, read=1)

    with pytest.raises(JobCancelled):
        work_until_cancelled()
    assert Job.objects.get().state == "cancelled"


def test_a_stopped_worker_leaves_its_job_to_the_next_and_a_command_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopping = threading.Event()
    monkeypatch.setattr("apps.shared.core.jobs.run._stopping", stopping)
    config = {"codebase": 7}
    job, _ = job_enqueue(**ME, label="demo", config=config)

    def work() -> None:
        with job_run(**ME, label="demo", job_id=job.pk) as run:
            run.report(read=1)
            jobs_stop()
            run.report(read=2)

    with pytest.raises(JobStopped):
        work()
    waiting = Job.objects.get(state="queued")
    assert (waiting.config, waiting.origin) == (config, "worker")
    job.refresh_from_db()
    assert job.state == "cancelled"
    with job_run(**ME | {"key": "codebase:8"}, label="command") as command:
        command.report(read=1)
    assert Job.objects.get(id=command.job.pk).state == "succeeded"


def test_nobody_cancels_another_instances_job() -> None:
    job, _ = job_enqueue(**ME, label="demo")
    assert not job_cancel(job_id=job.pk, instance="beta")
    job.refresh_from_db()
    assert job.state == "queued"


def test_a_process_that_is_gone_is_dead_at_once() -> None:
    assert not job_is_alive(claimed_by(dead_pid()))


def test_a_reused_pid_is_not_the_same_process() -> None:
    started = psutil.Process().create_time()
    assert job_is_alive(claimed_by(os.getpid(), process_started_at=started))
    Job.objects.all().delete()
    assert not job_is_alive(claimed_by(os.getpid(), process_started_at=started - 1000))


def test_on_another_host_the_heartbeat_decides() -> None:
    late = timezone.now() - HEARTBEAT_TIMEOUT - timedelta(seconds=1)
    assert job_is_alive(claimed_by(1, host="elsewhere"))
    Job.objects.all().delete()
    assert not job_is_alive(claimed_by(1, host="elsewhere", started_at=late, heartbeat_at=late))


def test_a_new_run_takes_over_from_a_lost_one() -> None:
    lost = claimed_by(dead_pid())
    assert job_running(**ME) is None
    with job_run(**ME, label="demo"):
        pass
    lost.refresh_from_db()
    assert lost.state == "lost"
    assert "ended without a word" in lost.error


def test_lost_jobs_of_workers_are_queued_again_up_to_a_limit() -> None:
    config = {"codebase": 1}
    for attempt in range(1, MAX_ATTEMPTS + 1):
        claimed_by(dead_pid(), origin="worker", attempt=attempt, config=config)
        waiting = jobs_recover(instance="alpha")
        if attempt == MAX_ATTEMPTS:
            assert waiting == []
            break
        (again,) = waiting
        assert (again.config, again.origin) == (config, "worker")
        assert Job.objects.get(id=again.pk).attempt == attempt + 1
        assert jobs_recover(instance="alpha") == waiting  # twice queues nothing twice
        again.delete()
    assert Job.objects.filter(state="lost").count() == MAX_ATTEMPTS


def test_lost_commands_are_buried_but_not_repeated() -> None:
    claimed_by(dead_pid(), origin="command")
    assert jobs_recover(instance="alpha") == []
    assert Job.objects.get().state == "lost"


def test_recovery_leaves_other_instances_alone() -> None:
    job = claimed_by(dead_pid())
    jobs_recover(instance="beta")
    job.refresh_from_db()
    assert job.state == "running"


def test_a_queued_job_runs_once() -> None:
    job, created = job_enqueue(**ME, label="demo")
    same, created_again = job_enqueue(**ME, label="demo")
    assert (created, created_again, same.pk) == (True, False, job.pk)
    with job_run(**ME, label="demo", job_id=job.pk):
        pass
    with (
        pytest.raises(JobAlreadyRunning, match="not waiting any more"),
        job_run(**ME, label="demo", job_id=job.pk),
    ):
        pytest.fail("ran twice")
