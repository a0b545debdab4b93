"""Killed anywhere, done twice, out of disk or network: one aggregate, the same bytes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.db import connection

from apps.centralcloud.averaging.models import AggregateModel, Round, Submission
from apps.centralcloud.averaging.services import (
    Closed,
    averaging,
    keeping,
    round_close,
    rounds_due,
)
from apps.shared.artifacts.services import artifact_put
from apps.shared.nats_bridge.models import OutboxMessage
from tests.common.averaging import submit_weights
from tests.common.processes import CHECKOUT, eventually
from tests.common.weights import drawn

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("stores"),
]

POINTS = (
    "apps.centralcloud.averaging.services.averaging.aggregate_make",
    "apps.centralcloud.averaging.services.keeping.artifact_put",
    "apps.centralcloud.averaging.services.committing.aggregate_tell",
)
"""What a worker is killed at: before each of these."""
KILLED = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.common.settings"
import django
django.setup()
from importlib import import_module
from uuid import UUID
from django.conf import settings
from centralcloud_site import settings as centralcloud
settings.DATABASES["default"]["NAME"] = sys.argv[3]
settings.IDENTITY, settings.SITE_WIRING = centralcloud.IDENTITY, centralcloud.SITE_WIRING
module, _, name = sys.argv[2].rpartition(".")
def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(import_module(module), name, die)
from apps.centralcloud.averaging.services import round_close
round_close(round_id=UUID(sys.argv[1]))
"""


@pytest.fixture
def full() -> UUID:
    """A round that has all it takes."""
    start = drawn(0)
    for seed, name in enumerate("abc", start=1):
        own = drawn(seed)
        found = submit_weights(name, {n: start[n] + 0.1 * own[n] for n in start})
    assert found is not None
    return found


def killed_at(point: str, round_id: UUID) -> int:
    """Close the round in a process that is killed there; its exit status."""
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-c", KILLED, str(round_id), point, name]
    status = subprocess.run(command, cwd=CHECKOUT, env=dict(os.environ), check=False).returncode
    lock_gone()
    return status


def lock_gone() -> None:
    """Wait for the server to see that a process is dead, and to let its lock go."""
    assert eventually(lambda: not locks())


def locks() -> int:
    """Advisory locks in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON database = pg_database.oid "
            "WHERE locktype = 'advisory' AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def test_a_killed_worker_leaves_the_round_to_the_next(full: UUID) -> None:
    for point in POINTS:
        assert killed_at(point, full) == -9
        assert Round.objects.get(pk=full).state == Round.State.CLOSING
        assert not AggregateModel.objects.exists()
    assert rounds_due() == [full]
    closed = round_close(round_id=full)
    assert closed is not None
    aggregate = AggregateModel.objects.get()
    assert closed.version == aggregate.version
    assert Round.objects.filter(state=Round.State.OPEN).count() == 1
    assert Submission.objects.filter(state="accepted").count() == 3
    told = OutboxMessage.objects.filter(state_key=f"model:{aggregate.version}")
    assert told.count() == 1
    assert round_close(round_id=full) is None
    assert AggregateModel.objects.count() == 1


def test_the_same_submissions_make_the_same_bytes(full: UUID) -> None:
    digests = set()
    for _ in range(2):
        round_close(round_id=full)
        digests.add(AggregateModel.objects.get().artifact)
        Round.objects.exclude(pk=full).delete()
        Round.objects.update(state=Round.State.CLOSING, aggregate=None)
        Submission.objects.update(state="announced")
        AggregateModel.objects.all().delete()
    assert len(digests) == 1


def test_of_two_workers_one_does_it(full: UUID) -> None:
    found: list[Closed | None] = []
    together = threading.Barrier(2)

    def work() -> None:
        together.wait()
        try:
            found.append(round_close(round_id=full))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(one is not None for one in found) == 1
    assert AggregateModel.objects.count() == 1
    assert Round.objects.filter(number=2).count() == 1


def test_who_is_slower_without_a_lock_changes_nothing(
    full: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection broke, its lock went with it, and another worker closed the round meanwhile."""
    keep, others = keeping.bundle_keep, iter([round_close])

    def meanwhile(**given: Any) -> Any:
        made = keep(**given)
        monkeypatch.setattr(averaging, "bundle_keep", keep)
        for other in others:
            other(round_id=full)
        return made

    monkeypatch.setattr(averaging, "bundle_keep", meanwhile)
    closed = round_close(round_id=full)
    assert closed is not None
    assert closed.version == AggregateModel.objects.get().version
    assert Round.objects.filter(state=Round.State.OPEN).count() == 1
    assert OutboxMessage.objects.filter(state_key=f"model:{closed.version}").count() == 1


def test_a_full_disk_is_one_line_and_tried_again(full: UUID) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))  # no file may be larger
    try:
        closed = round_close(round_id=full)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert closed is not None
    round_ = Round.objects.get(pk=full)
    assert (round_.state, round_.error) == (Round.State.CLOSING, closed.reason)
    assert "File too large" in round_.error
    assert rounds_due() == [full]
    again = round_close(round_id=full)
    assert again is not None
    assert again.version
    assert Round.objects.get(pk=full).error == ""


def test_nats_away_is_one_line_and_tried_again(
    full: UUID, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = settings.ENVIRONMENT
    settings.ENVIRONMENT = replace(reached, nats_urls=("nats://127.0.0.1:9",))
    with monkeypatch.context() as patched:
        patched.setattr(keeping, "artifact_put", partial(artifact_put, patience=0.1))
        closed = round_close(round_id=full)
    settings.ENVIRONMENT = reached
    assert closed is not None
    assert "NATS does not do it" in closed.reason
    assert Round.objects.get(pk=full).state == Round.State.CLOSING
    again = round_close(round_id=full)
    assert again is not None
    assert again.version
