"""`manage.py sync_packages`: what it prints, and what is left where it is killed or stopped."""

from __future__ import annotations

import json
import signal
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db.models import Count

from apps.centralcloud.package_sync import tasks
from apps.centralcloud.package_sync.models import Dependency, Outcome, Package, Seed, Version
from apps.centralcloud.package_sync.services.syncing import packages_sync, sync_enqueue, sync_run
from apps.shared.core.jobs import JobOrder
from apps.shared.core.models import Job
from tests.common.processes import eventually
from tests.common.registries.server import RegistryServer
from tests.common.syncing import command_start, hex_at, hex_many

pytestmark = pytest.mark.django_db
PACKAGES = 6


@pytest.fixture
def server(registry_server: RegistryServer, monkeypatch: pytest.MonkeyPatch) -> RegistryServer:
    """Six packages of hex; each needs three that are not there."""
    hex_at(registry_server, monkeypatch)
    hex_many(registry_server, range(PACKAGES))
    return registry_server


@pytest.fixture
def wanted(server: RegistryServer) -> None:
    """All of them are seeds."""
    Seed.objects.bulk_create(Seed(purl=f"pkg:hex/p{number}", depth=0) for number in range(PACKAGES))


def printed(*arguments: str, **options: Any) -> str:
    """What the command says."""
    out = StringIO()
    call_command("sync_packages", *arguments, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


@pytest.mark.usefixtures("wanted")
def test_it_ends_with_outcomes_by_ecosystem_and_why_packages_failed(
    server: RegistryServer,
) -> None:
    server.fault("/hex/api/packages/p3", "malformed", times=99)
    Seed.objects.create(purl="pkg:hex/gone", depth=0)
    lines = printed().splitlines()
    assert lines[0].split() == [
        "ecosystem", "changed", "unchanged", "missing", "failed", "left", "out",
    ]  # fmt: skip
    assert lines[1].split() == ["hex", "5", "0", "1", "1", "0"]
    assert any(line.split()[:2] == ["hex", "1"] for line in lines[3:])
    assert lines[-1].startswith("7 packages read: ")
    assert "127.0.0.1" not in "\n".join(lines)
    assert printed().startswith("Nothing is due")


@pytest.mark.usefixtures("server")
def test_named_packages_with_what_they_need_as_json() -> None:
    said = json.loads(printed("pkg:hex/p0", "--depth", "1", "--json"))
    assert (said["changed"], said["missing"]) == (1, 3)
    assert len(said["reasons"]) == 1
    assert said["reasons"][0] == {
        "ecosystem": "hex", "packages": 3, "reason": said["reasons"][0]["reason"],
    }  # fmt: skip


@pytest.mark.usefixtures("wanted")
def test_a_dry_run_asks_nobody(server: RegistryServer) -> None:
    lines = printed("--dry-run", "--limit", "4").splitlines()
    assert lines == [*(f"pkg:hex/p{number}" for number in range(4)),
                     "4 packages would be read first."]  # fmt: skip
    assert json.loads(printed("--dry-run", "--json", "--ecosystem", "npm"))["packages"] == []
    assert (server.requests, Package.objects.count(), Job.objects.count()) == ([], 0, 0)


@pytest.mark.usefixtures("wanted")
def test_the_second_sync_costs_only_questions_whether_something_changed(
    server: RegistryServer,
) -> None:
    first = json.loads(printed("--json"))
    Package.objects.exclude(due_at=None).update(due_at="2020-01-01T00:00Z")
    asked = len(server.requests)
    second = json.loads(printed("--json"))
    assert (second["changed"], second["unchanged"]) == (0, PACKAGES)
    assert {seen.status for seen in server.requests[asked:]} == {304}
    assert second["bytes"] < first["bytes"] / 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["react"], "'react' is no package URL such as pkg:npm/react."),
        (["pkg:npm/react@1.0"], "names a version: leave it out"),
        (["pkg:golang/x"], "No registry of golang packages is asked"),
        (["--limit", "0"], "0 is no number from 1"),
        (["--depth", "-1"], "-1 is no number from 0"),
        (["--ecosystem", "maven"], "invalid choice"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError) as error:
        printed(*arguments)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.usefixtures("wanted")
def test_where_nothing_may_be_asked_one_line_says_so(
    server: RegistryServer, settings: LazySettings
) -> None:
    settings.SYNC_PACKAGES = False
    assert printed() == "SYNC_PACKAGES is false: no registry is asked.\n"
    assert printed("--dry-run") == "SYNC_PACKAGES is false: no registry is asked.\n"
    assert server.requests == []


@pytest.mark.usefixtures("wanted")
def test_a_second_one_at_once_is_refused_and_names_the_first(settings: LazySettings) -> None:
    order = JobOrder(settings.INSTANCE_ID, "sync packages", "due", "Packages due")
    with order.run() as first:
        with pytest.raises(CommandError, match=f"already running: job {first.job.pk}"):
            printed()
        assert "1 packages read" in printed("pkg:hex/p0", "--depth", "0")


KILLS = (
    "apps.centralcloud.package_sync.services.storing.package.dependencies_write",
    "apps.centralcloud.package_sync.services.storing.package._implementations_write",
    "apps.centralcloud.package_sync.services.syncing.outcomes._due",
    "apps.centralcloud.package_sync.services.syncing.run.outcome_store",
)
"""What a sync is killed at: inside storing, before its outcome is there, between packages."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("wanted")
def test_killed_anywhere_and_resumed_each_package_is_stored_once_and_whole(
    server: RegistryServer,
) -> None:
    done = 0
    for turn, point in enumerate(KILLS, start=1):
        dead = command_start("sync_packages", die_at=f"{point}@{1 + turn % 2}")
        dead.communicate(timeout=60)
        assert dead.returncode == -signal.SIGKILL
        assert eventually(lambda: not half_stored())
        assert Outcome.objects.count() - done in {0, 1}
        done = Outcome.objects.count()
    asked = len(server.requests)
    assert packages_sync().count("changed") == PACKAGES - done > 0
    assert len(server.requests) > asked
    assert Outcome.objects.count() == PACKAGES
    counted = Package.objects.annotate(readings=Count("outcomes")).exclude(readings=0)
    assert list(counted.values_list("readings", flat=True)) == [1] * PACKAGES
    assert Version.objects.count() == PACKAGES * 3
    assert Dependency.objects.count() == PACKAGES * 3
    assert not half_stored()


def half_stored() -> list[str]:
    """Packages with something of a reading, but not all of it."""
    return [
        package.purl
        for package in Package.objects.filter(outcomes__isnull=True)
        if package.versions.exists() or package.read_at or package.digest
    ] + [
        package.purl
        for package in Package.objects.filter(outcomes__state="changed")
        if package.versions.count() != 3
        or package.due_at is None
        or package.due_at < package.outcomes.get().at
        or Dependency.objects.filter(version__package=package).count() != 3
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("wanted")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_a_person_it_ends_in_order_and_goes_on_later(
    server: RegistryServer, number: signal.Signals
) -> None:
    for package in range(PACKAGES):
        server.fault(f"/hex/api/packages/p{package}", "slow", times=1, size=400, pause=2)
    stopped = command_start("sync_packages")
    assert eventually(lambda: len(server.requests) > 0 or server_asked(server))
    stopped.send_signal(number)
    out, errors = stopped.communicate(timeout=60)
    assert stopped.returncode in {128 + number, -number}, errors
    assert "Traceback" not in errors + out
    job = Job.objects.get()
    assert (job.state, job.error) == ("cancelled", "Interrupted; the next run goes on from here.")
    assert packages_sync().count("changed") == PACKAGES - Outcome.objects.filter(job=job).count()


def server_asked(_server: RegistryServer) -> bool:
    """Whether a sync runs."""
    return Job.objects.filter(state="running").exists()


@pytest.mark.usefixtures("wanted")
def test_a_worker_s_run_is_a_row_with_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[int] = []
    monkeypatch.setattr(tasks.sync, "delay", queued.append)
    tasks.sync_due()
    assert len(queued) == 1
    tasks.sync(queued[0])
    job = Job.objects.get(pk=queued[0])
    assert (job.state, job.result["changed"], job.progress["read"]) == ("succeeded", 6, 6)
    tasks.sync_due()
    assert len(queued) == 1, "nothing is due any more"
    assert Job.objects.filter(kind="sync due", state="succeeded").count() == 2


@pytest.mark.usefixtures("wanted")
def test_a_waiting_job_is_not_queued_twice() -> None:
    first, new = sync_enqueue()
    assert new
    assert sync_enqueue() == (first, False)
    sync_run(job_id=first.pk)
    first.refresh_from_db()
    assert first.state == "succeeded"
