"""Readings that touch nothing but their packages, many in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone

from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.models import Affected, Outcome, Package, Use
from apps.centralcloud.package_sync.services.storing import packages_store, packages_unchanged
from apps.centralcloud.package_sync.services.syncing.reading import Reading

LARGE = 1_000
"""Versions from which a package is stored alone: what is known of all of a turn is in memory."""
Times = tuple[int, int, datetime]
"""A package's id, attempts that failed, and when it is read next."""
_TIMES = """
    UPDATE package_sync_package package
    SET attempts = given.attempts,
        due_at = CASE WHEN package.due_at IS NOT NULL THEN given.due_at END
    FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[]) AS given (id, attempts, due_at)
    WHERE package.id = given.id
"""
"""Nobody may have wanted a package any more meanwhile: then it is not due."""


def plain_store(
    readings: Sequence[Reading],
    *,
    job: int | None,
    due: Callable[[Package, Outcome], tuple[int, datetime]],
) -> dict[int, Outcome]:
    """Store those readings that can be stored together; their outcomes by package.

    Those are records, or that nothing has changed, of packages that nobody uses, no advisory names
    and no other run has read meanwhile. Their rows are locked by id, until the caller's
    transaction ends; whoever changes uses or matches advisories waits for them.
    """
    packages = _held([one.asked.pk for one in readings if _is_plain(one)])
    rows = [(packages[one.asked.pk], one) for one in readings if one.asked.pk in packages]
    rows = [(package, one) for package, one in rows if package.read_at == one.asked.read_at]
    if not rows:
        return {}
    now = timezone.now()
    changed = _written(rows, now)
    outcomes: dict[int, Outcome] = {}
    times: list[Times] = []
    for package, one in rows:
        outcome = outcome_of(one, job=job, at=now)
        state = Outcome.State.CHANGED if changed.get(package.pk) else Outcome.State.UNCHANGED
        outcome.state = state
        outcomes[package.pk] = outcome
        times.append((package.pk, *due(package, outcome)))
    times_write(times)
    Outcome.objects.bulk_create(outcomes.values())
    return outcomes


def outcome_of(reading: Reading, *, job: int | None, at: datetime) -> Outcome:
    """The outcome of a reading, without its state; not saved."""
    return Outcome(
        package_id=reading.asked.pk,
        job_id=job,
        requests=reading.requests,
        bytes=reading.received,
        seconds=reading.seconds,
        cause=reading.cause,
        reason=reading.reason,
        at=at,
    )


def times_write(times: Sequence[Times]) -> None:
    """Write how many attempts failed and when packages are read next."""
    with connection.cursor() as cursor:
        cursor.execute(_TIMES, [list(column) for column in zip(*times, strict=True)])


def _is_plain(reading: Reading) -> bool:
    if reading.record is None:
        return not reading.cause
    return not reading.record.advisories and len(reading.record.versions) < LARGE


def _held(ids: Sequence[int]) -> Mapping[int, Package]:
    """Packages that nobody uses and no advisory names, their rows locked."""
    rows = Package.objects.filter(pk__in=ids).order_by("pk").defer("words", "spread")
    packages = {package.pk: package for package in rows.select_for_update(no_key=True)}
    used = set(Use.objects.filter(package__in=packages).values_list("package", flat=True))
    purls = [package.purl for package in packages.values()]
    named = set(Affected.objects.filter(purl__in=purls).values_list("purl", flat=True))
    return {
        pk: package
        for pk, package in packages.items()
        if pk not in used and package.purl not in named
    }


def _written(rows: Sequence[tuple[Package, Reading]], now: datetime) -> Mapping[int, bool]:
    """Which packages have changed."""
    unchanged = [package for package, one in rows if one.record is None]
    given: list[tuple[Package, PackageRecord]] = [
        (package, one.record) for package, one in rows if one.record is not None
    ]
    changed = packages_store(given, now=now) if given else {}
    if unchanged:
        packages_unchanged(unchanged, now=now)
    return changed
