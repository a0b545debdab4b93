"""What came of a reading, stored with it in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from apps.centralcloud.package_sync.engine.registry import PackageMissing
from apps.centralcloud.package_sync.engine.times import (
    next_attempt,
    next_question,
    next_reading,
)
from apps.centralcloud.package_sync.models import Outcome, Package
from apps.centralcloud.package_sync.services.storing import (
    package_missing,
    package_store,
    package_unchanged,
)
from apps.centralcloud.package_sync.services.syncing.reading import UNEXPECTED, Reading

State = Outcome.State
OVERTAKEN = "another run read it meanwhile"
DEADLOCK = "40P01"
ATTEMPTS = 3
DAY = timedelta(days=1)
log = structlog.get_logger(__name__)


def outcome_store(reading: Reading, *, job: int | None) -> Outcome:
    """Store what was read, how it went and when the package is read next, or nothing of it.

    Raises:
        OperationalError: the database is full or away.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _store(reading, job)
        except OperationalError as error:
            deadlock = getattr(error.__cause__, "sqlstate", "") == DEADLOCK
            if not deadlock or attempt == ATTEMPTS:
                raise
            log.warning("package.deadlock", purl=reading.asked.purl)
    raise AssertionError("there is at least one attempt")


@transaction.atomic
def _store(reading: Reading, job: int | None) -> Outcome:
    now = timezone.now()
    rows = Package.objects.filter(pk=reading.asked.pk)
    package = rows.select_for_update(no_key=True).get()
    outcome = Outcome(
        package=package,
        job_id=job,
        requests=reading.requests,
        bytes=reading.received,
        seconds=reading.seconds,
        cause=reading.cause,
        reason=reading.reason,
        at=now,
    )
    if package.read_at != reading.asked.read_at:
        outcome.state, outcome.reason = State.LEFT_OUT, OVERTAKEN
    else:
        _apply(reading, package, outcome)
        _due(package, outcome, reading)
    outcome.reason = outcome.reason[:300]
    outcome.save()
    return outcome


def _apply(reading: Reading, package: Package, outcome: Outcome) -> None:
    """Store what was read. What the database does not take is this package's failure alone."""
    try:
        with transaction.atomic():
            outcome.state = _written(reading, package, outcome.at)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("package.not_stored", purl=package.purl)
        outcome.state, outcome.cause = State.FAILED, UNEXPECTED
        outcome.reason = f"{type(error).__name__} while storing it; the log says more"


def _written(reading: Reading, package: Package, now: datetime) -> Outcome.State:
    if reading.record is not None:
        changed = package_store(record=reading.record, now=now)
        return State.CHANGED if changed else State.UNCHANGED
    if not reading.cause:
        package_unchanged(package=package, now=now)
        return State.UNCHANGED
    if reading.cause == PackageMissing.reason:
        package_missing(package=package, now=now)
        return State.MISSING
    return State.FAILED if reading.again else State.LEFT_OUT


def _due(package: Package, outcome: Outcome, reading: Reading) -> None:
    """When it is read next; nobody may have wanted it any more meanwhile."""
    attempts = package.attempts + 1
    if outcome.state in {State.CHANGED, State.UNCHANGED}:
        attempts, due = 0, next_reading(package.purl, after=outcome.at)
    elif outcome.state == State.FAILED:
        due = next_attempt(after=outcome.at, attempts=attempts)
    else:
        due = next_question(package.purl, after=outcome.at, attempts=attempts)
    rows = Package.objects.filter(pk=package.pk)
    rows.update(attempts=min(attempts, 1_000))
    rows.filter(due_at__isnull=False).update(due_at=due)
