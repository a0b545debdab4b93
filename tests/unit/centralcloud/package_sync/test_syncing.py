"""Packages that are due are read and stored, each with how it went."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.utils import timezone

from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.engine.registry import (
    Malformed,
    Refused,
    TooLarge,
    Unavailable,
)
from apps.centralcloud.package_sync.models import Outcome, Package, Seed, Version
from apps.centralcloud.package_sync.services.choosing import packages_choose
from apps.centralcloud.package_sync.services.storing import package_store
from apps.centralcloud.package_sync.services.syncing import (
    SyncReport,
    SyncStopped,
    outcomes_prune,
    packages_sync,
    run,
    sync_run,
)
from apps.centralcloud.package_sync.services.syncing import outcomes as outcomes_module
from apps.shared.core.jobs import JobAlreadyRunning, JobCancelled, job_cancel
from apps.shared.core.models import Job
from tests.common.factories.packages import declare, record, version
from tests.common.registries.shelf import Shelf

A, B, C = (f"pkg:npm/{name}" for name in "abc")
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The only registry beside hex."""
    shelf = Shelf("npm")
    ready = {"npm": shelf, "hex": Shelf("hex"), "cargo": Shelf("cargo"), "pypi": Shelf("pypi")}
    monkeypatch.setattr(run, "registries_open", lambda: nullcontext(ready))
    return shelf


def outcomes() -> dict[str, tuple[str, str]]:
    """State and reason of each package's last reading."""
    rows = Outcome.objects.order_by("id").values_list("package__purl", "state", "reason")
    return {purl: (state, reason) for purl, state, reason in rows}


def due_again(purl: str) -> None:
    """As if its time had come."""
    Package.objects.filter(purl=purl).update(due_at=timezone.now())


def test_what_is_wanted_is_read_and_what_it_needs_in_the_same_run(npm: Shelf) -> None:
    npm.put(record(A, [version("1.0.0", {B: "^1"})]), record(B, [version("1.0.0", {C: "*"})]))
    declare(A, "one")
    said = packages_sync()
    assert npm.names == ["a", "b"]
    assert outcomes() == {A: ("changed", ""), B: ("changed", "")}
    assert (said.count(), said.left, said.progress()["changed"]) == (2, 0, 2)
    package = Package.objects.get(purl=A)
    assert package.due_at is not None
    assert DAY / 2 <= package.due_at - Outcome.objects.get(package=package).at < 3 * DAY / 2


def test_what_was_read_is_not_due_and_unchanged_the_next_time(npm: Shelf) -> None:
    npm.put(record(A, ["1.0.0"]))
    declare(A, "one")
    packages_sync()
    assert packages_sync().count() == 0
    due_again(A)
    assert packages_sync().count("unchanged") == 1
    assert npm.calls[1].known == Package.objects.get(purl=A).digest != ""


def test_dependencies_of_versions_in_use_are_asked_for_until_they_are_known(npm: Shelf) -> None:
    npm.put(record(A, [version("1.0.0", None), version("2.0.0", {})]))
    declare(A, "one", versions=["1.0.0"])
    packages_sync()
    due_again(A)
    packages_sync()
    assert [(call.wanted, call.known) for call in npm.calls] == [(("1.0.0",), ""), (("1.0.0",), "")]
    npm.put(record(A, [version("1.0.0", {B: "*"}), version("2.0.0", {})]))
    due_again(A)
    packages_sync()
    due_again(A)
    packages_sync()
    assert npm.calls[-1].known != ""


@pytest.mark.parametrize(
    ("error", "state", "cause", "days"),
    [
        (Unavailable("the registry answered 503"), "failed", "unavailable", 0),
        (Malformed("no JSON"), "failed", "malformed", 0),
        (TooLarge("70 MB"), "left out", "too_large", 1),
        (Refused("private address"), "left out", "refused", 1),
        (KeyError("versions"), "failed", "unexpected", 0),
    ],
)
def test_one_failing_package_stops_no_other(
    npm: Shelf, error: Exception, state: str, cause: str, days: int
) -> None:
    npm.put(record(B, ["1.0.0"]), a=error)
    declare(A, "one")
    declare(B, "one")
    packages_sync()
    failed = Outcome.objects.get(package__purl=A)
    assert (failed.state, failed.cause) == (state, cause)
    assert failed.reason
    assert "\n" not in failed.reason
    assert outcomes()[B] == ("changed", "")
    package = Package.objects.get(purl=A)
    assert (package.attempts, package.read_at) == (1, None)
    assert package.due_at is not None
    assert round((package.due_at - failed.at) / DAY) == days
    npm.put(record(A, ["1.0.0"]))
    due_again(A)
    packages_sync()
    assert Package.objects.get(purl=A).attempts == 0


def test_failures_in_a_row_are_asked_again_later_and_later(npm: Shelf) -> None:
    npm.put(a=Unavailable("away"))
    declare(A, "one")
    waits = []
    for _ in range(3):
        packages_choose()
        due_again(A)
        packages_sync()
        package = Package.objects.get(purl=A)
        assert package.due_at is not None
        waits.append(round((package.due_at - timezone.now()) / timedelta(minutes=15)))
    assert waits == [1, 2, 4]


def test_a_package_that_its_registry_lost_is_missing_and_keeps_what_was_known(npm: Shelf) -> None:
    package_store(record=record(A, ["1.0.0"], summary="known"))
    declare(A, "one")
    packages_sync()
    package = Package.objects.get(purl=A)
    assert (package.state, package.summary) == ("missing", "known")
    assert outcomes()[A] == ("missing", "npm has no a")
    npm.put(record(A, ["1.0.0"], summary="known"))
    due_again(A)
    packages_sync()
    assert Package.objects.get(purl=A).state == "known"


def test_another_package_than_the_one_asked_for_is_not_stored(npm: Shelf) -> None:
    npm.put(a=lambda: record(B, ["1.0.0"]))
    declare(A, "one")
    packages_sync()
    assert outcomes()[A] == ("failed", f"the registry describes {B}")
    assert Version.objects.count() == 0


def test_what_the_database_does_not_take_is_that_package_s_failure(npm: Shelf) -> None:
    npm.put(record(A, [version("1.0.0", licence=7)]), record(B, ["1.0.0"]))  # a client's fault
    declare(A, "one")
    declare(B, "one")
    packages_sync()
    assert {purl: state for purl, (state, _) in outcomes().items()} == {A: "failed", B: "changed"}
    assert not Version.objects.filter(package__purl=A).exists()


def test_those_in_use_never_read_or_changed_before_come_first(npm: Shelf) -> None:
    names = ["still", "changed", "new", "used"]
    purls = {name: f"pkg:npm/{name}" for name in names}
    needs = {purl: "*" for name, purl in purls.items() if name != "used"}
    npm.put(
        record(purls["used"], [version("1.0.0", needs)]),
        *(record(purls[name], ["1.0.0"]) for name in names[:3]),
    )
    declare(purls["used"], "one")
    now = timezone.now()
    for name in ("used", "still", "changed"):
        package_store(record=npm.package(name) or record(purls[name]), now=now - DAY)
    rows = Package.objects
    rows.filter(purl=purls["still"]).update(changed_at=now - 9 * DAY)
    packages_choose()
    rows.update(due_at=now - DAY / 2)
    rows.filter(purl=purls["still"]).update(due_at=now - DAY)
    npm.calls.clear()
    packages_sync(limit=3)
    assert set(npm.names) == {"used", "new", "changed"}
    assert packages_sync().count() == 1


def test_a_run_is_bounded_and_the_next_goes_on(npm: Shelf) -> None:
    purls = [f"pkg:npm/p{number}" for number in range(12)]
    npm.put(*(record(purl, ["1.0.0"]) for purl in purls))
    for purl in purls:
        declare(purl, "one")
    first = packages_sync(limit=5)
    assert (first.count(), first.left) == (5, 7)
    assert packages_sync(seconds=0.0).left == 7
    assert packages_sync().count() == 7
    assert sorted(npm.names) == sorted(f"p{number}" for number in range(12))


def test_named_packages_are_read_whether_or_not_due_with_what_they_need(npm: Shelf) -> None:
    npm.put(
        record(A, [version("1.0.0", {"pkg:npm/old": "*"}), version("2.0.0", {B: "^1"})]),
        record(B, [version("1.0.0", {C: "*"})]),
        record(C, ["1.0.0"]),
    )
    assert packages_sync(purls=[A], depth=0).count() == 1
    assert packages_sync(purls=[A], depth=2).count() == 3
    assert npm.names == ["a", "a", "b", "c"]
    assert not Package.objects.exclude(due_at=None).exists(), "nobody wants them daily"


def test_only_of_one_ecosystem_or_so_deep(npm: Shelf) -> None:
    npm.put(record(A, [version("1.0.0", {B: "*"})]), record(B, ["1.0.0"]))
    declare(A, "one")
    declare("pkg:hex/phoenix", "one")
    packages_sync(ecosystem="npm", depth=0)
    assert set(outcomes()) == {A}
    packages_sync(ecosystem="npm")
    assert set(outcomes()) == {A, B}
    packages_sync()
    assert outcomes()["pkg:hex/phoenix"][0] == "missing"


def test_a_dry_run_names_them_and_leaves_no_trace(npm: Shelf) -> None:
    declare(A, "one")
    Seed.objects.create(purl=B)
    before = list(Package.objects.values())
    assert packages_sync(dry_run=True).planned == [A, B]
    assert packages_sync(purls=[C], dry_run=True).planned == [C]
    assert list(Package.objects.values()) == before
    assert npm.calls == []


def test_nothing_is_asked_where_the_setting_says_so(npm: Shelf, settings: LazySettings) -> None:
    settings.SYNC_PACKAGES = False
    declare(A, "one")
    said = packages_sync()
    assert said.why == "SYNC_PACKAGES is false: no registry is asked."
    assert (npm.calls, Outcome.objects.count()) == ([], 0)


def test_what_another_run_has_read_meanwhile_is_left_as_it_is(npm: Shelf) -> None:
    newer = record(A, ["1.0.0", "1.1.0"])

    def overtaken() -> PackageRecord:
        stored.wait(20)
        return record(A, ["1.0.0"])

    stored = threading.Event()
    npm.put(a=overtaken)
    declare(A, "one")

    def other_run(_numbers: Mapping[str, int]) -> None:
        if not stored.is_set():
            package_store(record=newer)
            stored.set()

    packages_sync(report=other_run)
    assert outcomes()[A] == ("left out", "another run read it meanwhile")
    assert Version.objects.filter(withdrawn=False).count() == 2


def test_a_full_disk_stops_the_run_with_one_line(npm: Shelf) -> None:
    npm.put(a=OSError(errno.ENOSPC, "No space left on device"))
    declare(A, "one")
    with pytest.raises(SyncStopped, match=r"The disk does not take it: .*No space left"):
        packages_sync()
    assert Outcome.objects.count() == 0
    assert Package.objects.get(purl=A).due_at is not None


def test_a_database_that_is_away_stops_the_run_with_one_line(
    npm: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OperationalError("could not extend file\nHINT: Check free disk space.")

    npm.put(record(A, ["1.0.0"]))
    declare(A, "one")
    monkeypatch.setattr(outcomes_module, "package_store", full)
    with pytest.raises(SyncStopped) as stopped:
        packages_sync()
    assert str(stopped.value) == "The database does not take it: could not extend file"
    assert Outcome.objects.count() == 0


def test_old_outcomes_go_and_the_others_stay(npm: Shelf, settings: LazySettings) -> None:
    settings.RETENTION_DAYS = 30
    declare(A, "one")
    packages_sync()
    old = Outcome.objects.get()
    Outcome.objects.filter(pk=old.pk).update(at=timezone.now() - 31 * DAY)
    due_again(A)
    packages_sync()
    assert outcomes_prune() == 1
    assert Outcome.objects.get().pk != old.pk


@pytest.fixture
def held(npm: Shelf) -> Iterator[threading.Event]:
    """Package a waits for this; set at the end so that no thread is left."""
    event = threading.Event()

    def wait() -> PackageRecord:
        event.wait(20)
        return record(A, ["1.0.0"])

    npm.put(record(B, ["1.0.0"]), a=wait)
    declare(A, "one")
    yield event
    event.set()


@pytest.mark.django_db(transaction=True)
def test_cancelling_ends_a_sync_and_its_package_is_still_due(
    npm: Shelf, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.shared.core.jobs.run.HEARTBEAT_SECONDS", 0.0)

    def cancel(_numbers: Mapping[str, int]) -> None:
        job = Job.objects.get(kind="sync packages")
        job_cancel(job_id=job.pk, instance=job.instance)
        held.set()

    with pytest.raises(JobCancelled):
        sync_run(report=cancel)
    assert Job.objects.get().state == "cancelled"
    assert Outcome.objects.count() == 0
    assert Package.objects.filter(purl=A, due_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_a_job_row_has_the_numbers_and_a_second_run_is_refused(npm: Shelf) -> None:
    npm.put(record(A, ["1.0.0"]))
    declare(A, "one")
    refused: list[str] = []

    def second(_numbers: Mapping[str, int]) -> None:
        with pytest.raises(JobAlreadyRunning) as error:
            sync_run()
        refused.append(str(error.value))

    said: SyncReport = sync_run(report=second)
    assert "already running" in refused[0]
    job = Job.objects.get(state="succeeded")
    assert (job.result["changed"], job.result["wanted"]) == (1, 1)
    assert Outcome.objects.get().job == job
    assert said.count() == 1
