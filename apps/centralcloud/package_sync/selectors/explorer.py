"""What only the pages of packages ask: each of these costs the same, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from apps.centralcloud.package_sync.models import (
    Advisory,
    Affected,
    AffectedVersion,
    Dependency,
    Package,
    Use,
    UsedVersion,
    Version,
)
from apps.centralcloud.package_sync.selectors.marks import SEVERITIES, advisory_marks
from apps.shared.contracts.payloads.queries import AdvisoryMark

MOST_USED = 8


class HeldVersion(NamedTuple):
    """A version that a code base has, and the advisories that affect it, one a vulnerability."""

    row: UsedVersion
    advisories: Sequence[Advisory]


class Held(NamedTuple):
    """A code base that declares a package, and its versions of it, the newest first."""

    use: Use
    versions: Sequence[HeldVersion]


class Need(NamedTuple):
    """What a version needs, by what it needs it for."""

    scope: str
    dependencies: Sequence[Dependency]


class Reached(NamedTuple):
    """A package that an advisory names: its versions that are affected, and who has which."""

    affected: Affected
    versions: int
    holders: Sequence[UsedVersion]


class Overview(NamedTuple):
    """Numbers for the first page. ``vulnerable`` counts packages in use by severity."""

    states: Mapping[str, int]
    waiting: int
    failing: int
    vulnerable: Sequence[tuple[str, int]]
    most_used: Sequence[Package]


def marks_in_use(packages: Iterable[int]) -> Mapping[int, Sequence[AdvisoryMark]]:
    """Advisories of the versions that anybody has, by package; two queries."""
    rows = UsedVersion.objects.filter(use__package__in=list(packages)).exclude(version=None)
    versions: dict[int, set[int]] = defaultdict(set)
    for package, version in rows.order_by().values_list("version__package", "version").distinct():
        versions[package].add(version)
    return advisory_marks(versions)


def holders_shown(package: Package, *, limit: int) -> list[Held]:
    """Who has a package, by instance, with versions and what is wrong with them; three queries."""
    uses = list(package.uses.order_by("instance", "codebase")[:limit])
    rows = list(
        UsedVersion.objects.filter(use__in=uses)
        .select_related("version")
        .order_by(F("version__position").desc(nulls_last=True), "text")
    )
    advisories = _advisories({row.version_id for row in rows if row.version_id})
    had: dict[int, list[HeldVersion]] = defaultdict(list)
    for row in rows:
        found = advisories.get(row.version_id or 0, {})
        had[row.use_id].append(HeldVersion(row, list(found.values())))
    return [Held(use, had[use.pk]) for use in uses]


def needs_shown(version: Version | None, *, limit: int) -> list[Need]:
    """What a version needs, what it needs to run first; one query."""
    if version is None:
        return []
    rows = version.dependencies.select_related("target").order_by("scope", "target__purl")
    found: dict[str, list[Dependency]] = defaultdict(list)
    for row in rows[:limit]:
        found[row.scope].append(row)
    ordered = sorted(found, key=lambda scope: (scope != "runtime", scope))
    return [Need(scope, found[scope]) for scope in ordered]


def version_shown(package: Package) -> Version | None:
    """The version whose dependencies are shown: the latest, else the newest that tells them."""
    known = package.versions.filter(depends=True).order_by("-position")
    return known.filter(version=package.latest).first() or known.first()


def affected_shown(package: Package, *, limit: int) -> list[Affected]:
    """Advisories of a package that are not withdrawn, the newest first; one query."""
    rows = package.affected.filter(advisory__withdrawn_at=None).select_related("advisory")
    counted = rows.annotate(
        affects=Count("versions", distinct=True),
        instances=Count("versions__version__used__use__instance", distinct=True),
    )
    return list(
        counted.order_by("-instances", "-advisory__published_at", "advisory__osv_id")[:limit]
    )


def reached_shown(advisory: Advisory, *, limit: int) -> list[Reached]:
    """The packages that an advisory names, with who has a version that it affects; two queries."""
    named = list(
        advisory.affected.select_related("package")
        .annotate(number=Count("versions"))
        .order_by("purl")
    )
    rows = UsedVersion.objects.filter(version__affected__affected__advisory=advisory)
    by_package: dict[int, list[UsedVersion]] = defaultdict(list)
    for row in rows.select_related("use").order_by("use__instance", "use__codebase")[:limit]:
        by_package[row.use.package_id].append(row)
    return [Reached(one, one.number, by_package[one.package_id or 0]) for one in named]


def advisories_in_use() -> QuerySet[Advisory]:
    """Advisories of versions that somebody has."""
    had = AffectedVersion.objects.filter(version__used__isnull=False).order_by()
    return Advisory.objects.filter(pk__in=had.values("affected__advisory"))


def advisory_reach(advisories: Iterable[int]) -> Mapping[int, int]:
    """How many instances have a version that each affects; one query."""
    rows = AffectedVersion.objects.filter(affected__advisory__in=list(advisories)).order_by()
    counted = rows.values("affected__advisory").annotate(
        n=Count("version__used__use__instance", distinct=True)
    )
    return dict(counted.values_list("affected__advisory", "n"))


def packages_overview() -> Overview:
    """Five queries, none of which reads versions that nobody has."""
    rows = Package.objects.order_by()
    due = rows.filter(due_at__lte=timezone.now())
    return Overview(
        states=dict(rows.values_list("state").annotate(n=Count("pk"))),
        waiting=due.count(),
        failing=rows.filter(due_at__isnull=False, attempts__gt=0).count(),
        vulnerable=_vulnerable(),
        most_used=list(
            Package.objects.filter(instances__gt=0).order_by("-instances", "id")[:MOST_USED]
        ),
    )


def _vulnerable() -> list[tuple[str, int]]:
    """Packages in use with an advisory of that severity at worst."""
    rows = UsedVersion.objects.filter(version__affected__affected__advisory__withdrawn_at=None)
    found = rows.exclude(version__affected=None).order_by()
    worst: dict[int, str] = {}
    fields = ("use__package", "version__affected__affected__advisory__severity")
    for package, severity in found.values_list(*fields).distinct():
        worst[package] = min(severity, worst.get(package, severity), key=SEVERITIES.index)
    counted = [(name, sum(one == name for one in worst.values())) for name in SEVERITIES]
    return [(name, number) for name, number in counted if number]


def _advisories(versions: Iterable[int]) -> Mapping[int, Mapping[str, Advisory]]:
    """Advisories by version and vulnerability."""
    rows = AffectedVersion.objects.filter(
        version__in=list(versions), affected__advisory__withdrawn_at=None
    ).select_related("affected__advisory")
    found: dict[int, dict[str, Advisory]] = defaultdict(dict)
    for row in rows.order_by("affected__advisory__osv_id"):
        one = row.affected.advisory
        found[row.version_id].setdefault(one.group, one)
    return found
