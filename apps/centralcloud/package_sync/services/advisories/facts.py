"""What there is to tell of packages that instances use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.centralcloud.package_sync.engine.osv.severity import rank_of
from apps.centralcloud.package_sync.models import (
    AffectedVersion,
    Package,
    Use,
    UsedVersion,
    Version,
)
from apps.shared.contracts.payloads.base import EARLIEST, LATEST
from apps.shared.contracts.payloads.insights import AdvisoryPublished
from apps.shared.packages.names import full_name
from apps.shared.packages.versions import versions_sorted

Kind = Literal["vulnerable", "withdrawn", "deprecated"]
MOST_AFFECTED, MOST_FIXED = 100, 20
LONGEST_KEY, LONGEST_NAME, LONGEST_SUMMARY = 100, 120, 500
_USED = Exists(UsedVersion.objects.filter(version=OuterRef("pk")))
_MARKED = Q(yanked=True) | Q(withdrawn=True) | ~Q(deprecated="")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to tell of a package; its revision is still 0."""

    package: int
    payload: AdvisoryPublished


@dataclass(frozen=True, slots=True)
class _Match:
    """A used version that one advisory of a group affects."""

    version: str
    position: int
    fixed: str
    osv_id: str
    severity: str
    score: float | None
    summary: str
    published: datetime | None


def facts_of(*, packages: Sequence[Package]) -> Iterator[Fact]:
    """What holds of packages that instances use: vulnerable, withdrawn or deprecated versions.

    Advisories of one group are told once, by the most severe of them. A package that is deprecated
    as a whole is told without versions.
    """
    by_id = {package.pk: package for package in packages}
    yield from _vulnerable(by_id)
    yield from _marked(by_id)
    in_use = Exists(Use.objects.filter(package=OuterRef("pk")))
    for package in Package.objects.filter(in_use, pk__in=by_id).exclude(deprecated=""):
        yield _fact(package, "deprecated", summary=package.deprecated)


def key_of(*, kind: str, purl: str, group: str = "") -> str:
    """What names a fact: it stays the same as long as the same is told of the same package."""
    key = ":".join(filter(None, (kind, purl, group)))
    return key if len(key) <= LONGEST_KEY else f"{kind}:{sha256(key.encode()).hexdigest()}"


def _vulnerable(packages: dict[int, Package]) -> Iterator[Fact]:
    groups: dict[tuple[int, str], list[_Match]] = defaultdict(list)
    for package, group, *match in _matches(packages):
        groups[package, group].append(_Match(*match))
    affected = _affected({one.fixed for matches in groups.values() for one in matches}, packages)
    for (package, group), matches in sorted(groups.items()):
        worst = min(
            matches, key=lambda one: (-(one.score or 0), -rank_of(one.severity), one.osv_id)
        )
        yield _fact(
            packages[package],
            "vulnerable",
            group=group,
            advisory=worst.osv_id,
            affected=_versions((one.position, one.version) for one in matches),
            fixed=_fixes(packages[package].ecosystem, matches, affected[package, group]),
            severity=max((one.severity for one in matches), key=rank_of),
            summary=worst.summary,
            published_at=_in_range(worst.published),
        )


def _matches(packages: Collection[int]) -> Iterable[tuple[Any, ...]]:
    used = Exists(UsedVersion.objects.filter(version=OuterRef("version")))
    rows = AffectedVersion.objects.filter(
        used, version__package__in=packages, affected__advisory__withdrawn_at=None
    )
    return rows.values_list(
        "version__package_id",
        "affected__advisory__group",
        "version__version",
        "version__position",
        "fixed",
        "affected__advisory__osv_id",
        "affected__advisory__severity",
        "affected__advisory__score",
        "affected__advisory__summary",
        "affected__advisory__published_at",
    )


def _affected(fixes: Collection[str], packages: Collection[int]) -> dict[tuple[int, str], set[str]]:
    """Those of the fixed versions that an advisory of a package and a group affects."""
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    rows = AffectedVersion.objects.filter(
        version__version__in=fixes,
        version__package__in=packages,
        affected__advisory__withdrawn_at=None,
    )
    names = ("version__package_id", "affected__advisory__group", "version__version")
    for package, group, version in rows.values_list(*names):
        found[package, group].add(version)
    return found


def _marked(packages: dict[int, Package]) -> Iterator[Fact]:
    """Used versions that their registry has taken back, or says not to use."""
    rows: QuerySet[Version] = Version.objects.filter(_USED, _MARKED, package__in=packages)
    gone: dict[int, list[Version]] = defaultdict(list)
    deprecated: dict[int, list[Version]] = defaultdict(list)
    for row in rows.order_by("package", "-position"):
        kind = gone if row.yanked or row.withdrawn else deprecated
        kind[row.package_id].append(row)
    for pk, versions in sorted(gone.items()):
        reasons = (one.yanked_reason for one in versions)
        yield _of_versions(packages[pk], "withdrawn", versions, reasons)
    for pk, versions in sorted(deprecated.items()):
        if not packages[pk].deprecated:
            reasons = (one.deprecated for one in versions)
            yield _of_versions(packages[pk], "deprecated", versions, reasons)


def _of_versions(
    package: Package, kind: Kind, versions: Sequence[Version], reasons: Iterable[str]
) -> Fact:
    """The newest version's reason; the latest version where it is none of these."""
    affected = _versions((one.position, one.version) for one in versions)
    better = package.latest and package.latest not in {one.version for one in versions}
    return _fact(
        package,
        kind,
        affected=affected,
        fixed=[package.latest] if better else [],
        summary=next(filter(None, reasons), ""),
    )


def _fact(package: Package, kind: Kind, *, group: str = "", summary: str, **said: Any) -> Fact:
    payload = AdvisoryPublished(
        id=key_of(kind=kind, purl=package.purl, group=group),
        revision=0,
        kind=kind,
        package=package.purl,
        name=full_name(package.purl)[:LONGEST_NAME],
        summary=" ".join(summary.split())[:LONGEST_SUMMARY],
        **said,
    )
    return Fact(package.pk, payload)


def _versions(placed: Iterable[tuple[int, str]]) -> list[str]:
    """Each once, newest first."""
    return [version for _, version in sorted(set(placed), reverse=True)][:MOST_AFFECTED]


def _fixes(ecosystem: str, matches: Iterable[_Match], affected: Collection[str]) -> list[str]:
    """What fixes a version that is used, oldest first; not what an alias says to be affected."""
    fixes = {one.fixed for one in matches}.difference(affected, [""])
    return versions_sorted(ecosystem, fixes)[:MOST_FIXED]


def _in_range(at: datetime | None) -> datetime | None:
    return at if at and EARLIEST <= at <= LATEST else None
