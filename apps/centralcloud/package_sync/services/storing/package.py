"""One package as its registry describes it now, written in one transaction."""

from __future__ import annotations

from dataclasses import asdict
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
from apps.centralcloud.package_sync.services.storing.dependencies import dependencies_write
from apps.centralcloud.package_sync.services.storing.ensuring import package_ensure
from apps.centralcloud.package_sync.services.storing.versions import (
    versions_differ,
    versions_write,
)
from apps.centralcloud.package_sync.services.use_counts import use_counts_write
from apps.centralcloud.package_sync.services.used_versions import used_versions_resolve
from apps.shared.knowledge_cache.services import source_changed
from apps.shared.packages.licences import licence_ids

SOURCE = "packages"
Fields = dict[str, Any]


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
        changed = _write(package, record, at)
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


@transaction.atomic
def package_unchanged(*, package: Package, now: datetime | None = None) -> None:
    """Note that a package's registry said nothing new; the last 365 days are others meanwhile."""
    at = now or timezone.now()
    versions = Version.objects.filter(package=package).order_by()
    releases = [Release(*row) for row in versions.values_list(*Release._fields)]
    releases_year = health_of(releases, now=at).releases_year
    rows = Package.objects.filter(pk=package.pk)
    stale = bool(rows.exclude(releases_year=releases_year).update(releases_year=releases_year))
    rows.update(read_at=at, attempts=0, state=Package.State.KNOWN)
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


def _write(package: Package, record: PackageRecord, now: datetime) -> bool:
    found = versions_differ(package, record)
    ids = versions_write(package, found.written)
    dependencies_write(found.needing, ids)
    health = health_of([row.release for row in found.rows], now=now)
    facts = _facts(record) | asdict(health)
    changed = {name: value for name, value in facts.items() if getattr(package, name) != value}
    evidence = _implementations_write(package, record)
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


def _implementations_write(package: Package, record: PackageRecord) -> bool:
    rows = Implementation.objects.filter(package=package)
    known = {row[1:]: row[0] for row in rows.values_list("pk", "language", "evidence", "detail")}
    given = fitting.implementations_fit(record)
    gone = [pk for evidence, pk in known.items() if evidence not in given]
    new = [
        Implementation(package=package, language=language, evidence=kind, detail=detail)
        for language, kind, detail in sorted(given - known.keys())
    ]
    rows.filter(pk__in=gone).delete()
    Implementation.objects.bulk_create(new)
    return bool(gone or new)
