"""One sync, from what is due to the last outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from apps.centralcloud.package_sync.models import Package
from apps.centralcloud.package_sync.services.syncing.asking import asked_of
from apps.centralcloud.package_sync.services.syncing.outcomes import outcome_store
from apps.centralcloud.package_sync.services.syncing.reading import DiskFull, Readers
from apps.centralcloud.package_sync.services.syncing.registries import registries_open
from apps.centralcloud.package_sync.services.syncing.report import SyncReport
from apps.centralcloud.package_sync.services.syncing.waves import (
    Wave,
    waves_due,
    waves_given,
)

OFF = "SYNC_PACKAGES is false: no registry is asked."
Report = Callable[[Mapping[str, int]], None]


class SyncStopped(Exception):
    """The sync cannot go on; what was stored stays, and the next one goes on from there."""


def packages_sync(
    *,
    purls: Collection[str] | None = None,
    ecosystem: str = "",
    depth: int | None = None,
    limit: int | None = None,
    seconds: float | None = None,
    report: Report = lambda _numbers: None,
    dry_run: bool = False,
    job: int | None = None,
) -> SyncReport:
    """Read what is due, or these packages, and store each with how it went.

    A package is due again only once its outcome is stored, so whatever ends a sync, the next one
    goes on from there. A package that fails stops no other.

    Args:
        purls: packages without versions, whether or not they are due.
        ecosystem: only packages of this one.
        depth: of ``purls``: how many steps of dependencies are read as well (PACKAGE_DEPTH). Else:
            only packages that at most so many steps lead to.
        limit: packages at most.
        seconds: after these no other package is begun.
        report: called often with numbers; what it raises ends the sync.
        dry_run: say which would be read first; ask nobody and store nothing.

    Raises:
        SyncStopped: the database or the disk is full or away.
    """
    sync = _Sync(limit=limit, seconds=seconds, report=report, job=job)
    if not settings.SYNC_PACKAGES:
        sync.said.why = OFF
        return sync.said
    if purls is None:
        waves = waves_due(sync.said, ecosystem=ecosystem, depth=depth)
    else:
        steps = settings.PACKAGE_DEPTH if depth is None else depth
        waves = waves_given(purls, ecosystem=ecosystem, depth=steps)
    with _troubles():
        if dry_run:
            sync.plan(waves)
        else:
            sync.run(waves)
    return sync.said


class _Sync:
    """The bounds of a sync, and what came of it so far."""

    def __init__(
        self, *, limit: int | None, seconds: float | None, report: Report, job: int | None
    ) -> None:
        self.said = SyncReport()
        self._started = time.monotonic()
        self._begun = 0
        self._limit = limit
        self._seconds = seconds
        self._report = report
        self._job = job

    def plan(self, waves: Iterator[Wave]) -> None:
        """Only look at the first wave, and leave no trace of looking."""
        with transaction.atomic():
            wave = next(waves, [])[: self._limit]
            names = dict(
                Package.objects.values_list("pk", "purl").filter(pk__in=[p for p, _ in wave])
            )
            self.said.planned = [names[pk] for pk, _ in wave]
            self.said.total = len(wave)
            transaction.set_rollback(True)

    def run(self, waves: Iterator[Wave]) -> None:
        """Read wave by wave."""
        first = next(waves, None)
        if first is None:
            return
        with registries_open() as registries, Readers(registries) as readers:
            for wave in chain([first], waves):
                self._wave(readers, wave)
                if not self._more():
                    break
        self.said.seconds = time.monotonic() - self._started

    def _wave(self, readers: Readers, wave: Wave) -> None:
        ecosystems = dict(wave)
        self.said.total += len(wave)
        before = self.said.count()
        for readings in readers.read(wave, ask=asked_of, more=self._begin):
            self._report(self.said.progress())
            for outcome in outcome_store(*readings, job=self._job):
                self.said.add(outcome, ecosystems[outcome.package_id])
        self._report(self.said.progress())
        self.said.left += len(wave) - (self.said.count() - before)

    def _begin(self) -> bool:
        if not self._more():
            return False
        self._begun += 1
        return True

    def _more(self) -> bool:
        in_time = self._seconds is None or time.monotonic() - self._started < self._seconds
        return in_time and (self._limit is None or self._begun < self._limit)


@contextmanager
def _troubles() -> Iterator[None]:
    """What would meet the next package as well, as one line."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise SyncStopped(f"The database does not take it: {_line(error)}") from error
    except DiskFull as error:
        raise SyncStopped(f"The disk does not take it: {_line(error)}") from error


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
