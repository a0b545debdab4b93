"""Which packages are read next: those that are due, or those that were asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from apps.centralcloud.package_sync.engine.registry import ECOSYSTEMS
from apps.centralcloud.package_sync.models import Outcome, Package
from apps.centralcloud.package_sync.services.choosing import SCOPES, packages_choose
from apps.centralcloud.package_sync.services.storing import package_ensure
from apps.centralcloud.package_sync.services.syncing.report import SyncReport

Wave = list[tuple[int, str]]
"""Ids and ecosystems."""
_EAGER = Q(depth=0) | Q(state=Package.State.NEW) | Q(changed_at=F("read_at"))
"""In use, never read, or changed at the last reading."""


def waves_due(report: SyncReport, *, ecosystem: str, depth: int | None) -> Iterator[Wave]:
    """What is due, then what is wanted because of what was read meanwhile, and so on.

    First come packages that are in use, were never read, or had changed at the last reading.
    """
    seen: set[int] = set()
    changed = -1
    while changed != report.count(Outcome.State.CHANGED):
        changed = report.count(Outcome.State.CHANGED)
        report.chosen = packages_choose()
        rows = packages_due(ecosystem=ecosystem, depth=depth)
        wave = [(pk, of) for pk, of in rows.values_list("pk", "ecosystem") if pk not in seen]
        if not wave:
            return
        seen.update(pk for pk, _ in wave)
        yield wave


def waves_given(purls: Collection[str], *, ecosystem: str, depth: int) -> Iterator[Wave]:
    """These packages, then what their latest versions need, ``depth`` times."""
    seen: set[int] = set()
    rows = Package.objects.filter(pk__in=package_ensure(purls).values())
    for step in range(depth + 1):
        wave = list(_readable(rows, ecosystem).values_list("pk", "ecosystem").order_by("purl"))
        seen.update(pk for pk, _ in wave)
        if wave:
            yield wave
        if step < depth:
            rows = _needed([pk for pk, _ in wave]).exclude(pk__in=seen)


def packages_due(*, ecosystem: str = "", depth: int | None = None) -> QuerySet[Package]:
    """Packages that are to be read now, in the order in which they are read."""
    rows = _readable(Package.objects.filter(due_at__lte=timezone.now()), ecosystem)
    if depth is not None:
        rows = rows.filter(depth__lte=depth)
    turn = Case(When(_EAGER, then=Value(0)), default=Value(1))
    return rows.order_by(turn, "due_at", "pk")


def _readable(rows: QuerySet[Package], ecosystem: str) -> QuerySet[Package]:
    return rows.filter(ecosystem__in=[ecosystem] if ecosystem else ECOSYSTEMS)


def _needed(packages: Sequence[int]) -> QuerySet[Package]:
    latest = Q(dependents__version__version=F("dependents__version__package__latest"))
    return Package.objects.filter(
        latest, dependents__version__package__in=packages, dependents__scope__in=SCOPES
    ).distinct()
