"""One package as its registry describes it now, written in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value
from django.db.models.expressions import Combinable
from django.utils import timezone

from apps.centralcloud.package_sync.engine.health import Release, health_of
from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.engine.words import words_kept, words_of_name
from apps.centralcloud.package_sync.models import Implementation, Package, Version
from apps.centralcloud.package_sync.services.advisories import advisories_import, affected_match
from apps.centralcloud.package_sync.services.storing import fitting
from apps.centralcloud.package_sync.services.storing.dependencies import (
    dependencies_write,
    purls_needed,
)
from apps.centralcloud.package_sync.services.storing.ensuring import package_ensure
from apps.centralcloud.package_sync.services.storing.versions import (
    versions_differ,
    versions_known,
    versions_write,
)
from apps.centralcloud.package_sync.services.use_counts import use_counts_write
from apps.centralcloud.package_sync.services.used_versions import used_versions_resolve
from apps.shared.knowledge_cache.services import source_changed
from apps.shared.packages.licences import licence_ids

SOURCE = "packages"
Fields = dict[str, Any]
Evidence = tuple[str, str, str]
"""Language, kind and detail."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of some packages, read at once; ``targets`` are ids of what they need.

    ``versions`` and ``evidence``, the latter with its row's id, are by package.
    """

    versions: Mapping[int, Sequence[fitting.VersionRow]]
    evidence: Mapping[int, Mapping[Evidence, int]]
    targets: Mapping[str, int]


def package_store(*, record: PackageRecord, now: datetime | None = None) -> bool:
    """Write what a record says anew of its package; returns whether it said anything new.

    Storing a record again changes nothing. A version that the record does not name any more is
    marked as withdrawn, never deleted: uses and advisories point to it. Two that store the same
    package wait for each other at its row. Sources of answers are locked in the order of their
    names: advisories, packages, uses.

    Raises:
        ValueError: the record's purl is none.
    """
    at = now or timezone.now()
    with transaction.atomic():
        package = _locked(record)
        changed = _write(package, record, at, _known([(package, record)]))
        if record.advisories:
            advisories_import(
                documents=record.advisories,
                source=f"the {record.ecosystem} registry",
                by_registry=True,
            )
        if record.advisories or changed:
            affected_match(package=package)
        if changed:
            source_changed(SOURCE)
            used_versions_resolve(package=package)
            use_counts_write(packages=[package.pk])
    return changed


def packages_store(
    given: Sequence[tuple[Package, PackageRecord]], *, now: datetime
) -> dict[int, bool]:
    """Write records of packages that nobody uses and no advisory names; whether each said anew.

    The caller's transaction holds the packages' rows. What all of them need gets its rows first,
    in one order, so that no two that do this wait for each other.
    """
    known = _known(given)
    changed = {package.pk: _write(package, record, now, known) for package, record in given}
    if any(changed.values()):
        source_changed(SOURCE)
    return changed


def package_unchanged(*, package: Package, now: datetime | None = None) -> None:
    """Note that a package's registry said nothing new."""
    packages_unchanged([package], now=now or timezone.now())


@transaction.atomic
def packages_unchanged(packages: Collection[Package], *, now: datetime) -> None:
    """Note that registries said nothing new; the last 365 days are others meanwhile."""
    ids = [package.pk for package in packages]
    releases: dict[int, list[Release]] = defaultdict(list)
    versions = Version.objects.filter(package__in=ids).order_by()
    for package, *row in versions.values_list("package_id", *Release._fields):
        releases[package].append(Release(*row))
    stale = False
    for one in packages:
        year = health_of(releases[one.pk], now=now).releases_year
        if one.releases_year != year:
            Package.objects.filter(pk=one.pk).update(releases_year=year)
            stale = True
    Package.objects.filter(pk__in=ids).update(read_at=now, attempts=0, state=Package.State.KNOWN)
    if stale:
        source_changed(SOURCE)


@transaction.atomic
def package_missing(*, package: Package, now: datetime | None = None) -> bool:
    """Mark a package that its registry does not have; what was known of it stays.

    Its digest goes: should the registry have it again, it is read in full. Returns whether that
    is new.
    """
    missing = Package.State.MISSING
    rows = Package.objects.filter(pk=package.pk)
    changed = bool(rows.exclude(state=missing).update(state=missing, digest=""))
    rows.update(read_at=now or timezone.now())
    if changed:
        source_changed(SOURCE)
    return changed


_WORDY = {"state", "keywords", "summary"}


def _locked(record: PackageRecord) -> Package:
    ids = package_ensure([record.purl])
    if record.purl not in ids:
        raise ValueError(f"not the purl of a package: {record.purl}")
    return Package.objects.select_for_update(no_key=True).get(pk=ids[record.purl])


def _known(given: Sequence[tuple[Package, PackageRecord]]) -> Known:
    ids = [package.pk for package, _ in given]
    evidence: dict[int, dict[Evidence, int]] = defaultdict(dict)
    rows = Implementation.objects.filter(package__in=ids).order_by()
    for package, pk, *row in rows.values_list("package_id", "pk", "language", "evidence", "detail"):
        evidence[package][row[0], row[1], row[2]] = pk
    versions = [one for _, record in given for one in fitting.versions_fit(record).values()]
    return Known(versions_known(ids), evidence, package_ensure(purls_needed(versions)))


def _write(package: Package, record: PackageRecord, now: datetime, known: Known) -> bool:
    found = versions_differ(package, record, known.versions.get(package.pk, ()))
    ids = versions_write(package, found.written)
    dependencies_write(found.needing, ids, targets=known.targets, new=found.unlisted)
    health = health_of([row.release for row in found.rows], now=now)
    facts = _facts(record) | asdict(health)
    changed = {name: value for name, value in facts.items() if getattr(package, name) != value}
    evidence = _implementations_write(package, record, known.evidence.get(package.pk, {}))
    anything = bool(found.written or changed or evidence)
    if _WORDY & changed.keys():
        changed["words"] = _words(record, facts)
    if anything:
        changed["changed_at"] = now
    rows = Package.objects.filter(pk=package.pk)
    rows.update(**changed, digest=record.digest, read_at=now, attempts=0)
    return anything


def _facts(record: PackageRecord) -> Fields:
    """What the record says of the package as a whole."""
    licence = fitting.text_fit(record.licence, fitting.LINE)
    return {
        "state": Package.State.KNOWN.value,
        "latest": record.latest if record.latest in fitting.versions_fit(record) else "",
        "summary": fitting.text_fit(record.summary),
        "licence": licence,
        "licence_ids": list(licence_ids(licence)),
        "keywords": fitting.keywords_fit(record),
        "homepage": fitting.text_fit(record.homepage, 500),
        "repository": fitting.text_fit(record.repository, 500),
        "deprecated": fitting.text_fit(record.deprecated),
        "maintainers": fitting.number_fit(record.maintainers, fitting.LARGEST),
        "downloads": fitting.number_fit(record.downloads),
        "downloads_days": record.downloads_days,
    }


def _words(record: PackageRecord, facts: Fields) -> Combinable:
    name = words_of_name(record.namespace, record.name)
    return (
        SearchVector(Value(name), weight="A", config="simple")
        + SearchVector(Value(words_kept(facts["keywords"])), weight="B", config="simple")
        + SearchVector(Value(words_kept([facts["summary"]])), weight="C", config="simple")
    )


def _implementations_write(
    package: Package, record: PackageRecord, known: Mapping[Evidence, int]
) -> bool:
    given = fitting.implementations_fit(record)
    gone = [pk for evidence, pk in known.items() if evidence not in given]
    new = [
        Implementation(package=package, language=language, evidence=kind, detail=detail)
        for language, kind, detail in sorted(given - known.keys())
    ]
    if gone:
        Implementation.objects.filter(pk__in=gone).delete()
    Implementation.objects.bulk_create(new)
    return bool(gone or new)
