"""What came of readings, each stored with it in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
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
from apps.centralcloud.package_sync.services.syncing.plain import (
    outcome_of,
    plain_store,
    times_write,
)
from apps.centralcloud.package_sync.services.syncing.reading import UNEXPECTED, Reading

State = Outcome.State
OVERTAKEN = "another run read it meanwhile"
DEADLOCK = "40P01"
ATTEMPTS = 3
DAY = timedelta(days=1)
log = structlog.get_logger(__name__)


def outcome_store(*readings: Reading, job: int | None) -> list[Outcome]:
    """Store what was read, how it went and when packages are read next; of each all or nothing.

    What only touches packages themselves is stored in one transaction; where that fails, and what
    touches uses or advisories too, each in its own.

    Raises:
        OperationalError: the database is full or away.
    """
    stored = _together(readings, job) if len(readings) > 1 else {}
    return [stored.get(one.asked.pk) or _alone(one, job) for one in readings]


def _together(readings: Sequence[Reading], job: int | None) -> dict[int, Outcome]:
    try:
        with transaction.atomic():
            return plain_store(readings, job=job, due=_due)
    except OperationalError as error:
        if not _is_deadlock(error):
            raise
        log.warning("packages.deadlock", packages=len(readings))
    except InterfaceError:
        raise
    except Exception:  # which of them it was shows when each is stored alone
        log.warning("packages.not_stored_together", packages=len(readings), exc_info=True)
    return {}


def _alone(reading: Reading, job: int | None) -> Outcome:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _store(reading, job)
        except OperationalError as error:
            if not _is_deadlock(error) or attempt == ATTEMPTS:
                raise
            log.warning("package.deadlock", purl=reading.asked.purl)
    raise AssertionError("there is at least one attempt")


def _is_deadlock(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == DEADLOCK


@transaction.atomic
def _store(reading: Reading, job: int | None) -> Outcome:
    now = timezone.now()
    rows = Package.objects.filter(pk=reading.asked.pk)
    package = rows.select_for_update(no_key=True).get()
    outcome = outcome_of(reading, job=job, at=now)
    if package.read_at != reading.asked.read_at:
        outcome.state, outcome.reason = State.LEFT_OUT, OVERTAKEN
    else:
        _apply(reading, package, outcome)
        attempts, due = _due(package, outcome)
        times_write([(package.pk, attempts, due)])
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


def _due(package: Package, outcome: Outcome) -> tuple[int, datetime]:
    """How many attempts failed in a row, and when it is read next."""
    attempts = package.attempts + 1
    if outcome.state in {State.CHANGED, State.UNCHANGED}:
        attempts, due = 0, next_reading(package.purl, after=outcome.at)
    elif outcome.state == State.FAILED:
        due = next_attempt(after=outcome.at, attempts=attempts)
    else:
        due = next_question(package.purl, after=outcome.at, attempts=attempts)
    return min(attempts, 1_000), due
