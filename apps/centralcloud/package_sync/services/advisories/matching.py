"""Find out which versions of a package advisories affect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.centralcloud.package_sync.engine.osv import Range, versions_affected
from apps.centralcloud.package_sync.models import Affected, AffectedVersion, Package, Version
from apps.centralcloud.package_sync.services.use_counts import use_counts_write
from apps.shared.knowledge_cache.services import source_changed
from apps.shared.packages.versions import version_key

MATCHING = 1
"""Grows whenever matching finds other versions than before, so that all is matched anew."""
Ids = Mapping[str, int]


def affected_match(*, package: Package) -> int:
    """Match the advisories that name a package to its versions; how many matches changed.

    One transaction of its own or the caller's, under the lock of the package's row. Nothing is
    computed where neither the versions nor what the advisories say has changed.
    """
    if not Affected.objects.filter(purl=package.purl).exists():
        return 0
    with transaction.atomic():
        Package.objects.select_for_update(no_key=True).get(pk=package.pk)
        versions = dict(Version.objects.filter(package=package).values_list("version", "id"))
        stale = list(_stale(package, versions)) if versions else []
        changed = _match(package, stale, versions) if stale else 0
        if changed:
            use_counts_write(packages=[package.pk])
            source_changed("advisories")
    return changed


def affected_match_all(
    *, everything: bool = False, report: Callable[[int, int], None] = lambda *_: None
) -> int:
    """Match every package that advisories were imported for since; how many matches changed.

    Args:
        everything: look at all packages that advisories name.
        report: called with how many packages are done, and how many there are.
    """
    rows = Affected.objects.filter(purl=OuterRef("purl"))
    named = Exists(rows if everything else rows.filter(matched=""))
    known = Exists(Version.objects.filter(package=OuterRef("pk")))
    ids = list(Package.objects.filter(named, known).order_by("pk").values_list("pk", flat=True))
    changed = 0
    for done, pk in enumerate(ids):
        report(done, len(ids))
        package = Package.objects.filter(pk=pk).first()
        changed += affected_match(package=package) if package else 0
    report(len(ids), len(ids))
    use_counts_write()  # also where an advisory names a package no more
    return changed


def _stale(package: Package, versions: Ids) -> Iterator[Affected]:
    """What was matched against other versions, or as it said something else, with a new digest.

    Rows are locked, so that an import cannot change one unseen before it is marked as matched.
    """
    whole = _digest([MATCHING, sorted(versions)])
    rows = Affected.objects.filter(purl=package.purl).select_related("advisory").order_by("pk")
    slim = rows.defer("advisory__details", "advisory__references")
    for row in slim.select_for_update(of=["self"], no_key=True):
        holds = row.advisory.withdrawn_at is None
        digest = _digest([whole, row.ranges, row.listed, holds])
        if row.matched != digest or row.package_id != package.pk:
            row.matched, row.package = digest, package
            yield row


def _match(package: Package, stale: Sequence[Affected], versions: Ids) -> int:
    """Write the matches that differ; how many there were."""
    texts = sorted(versions)
    wanted = {
        (row.pk, versions[version]): fixed
        for row in stale
        for version, fixed in _affected(package.ecosystem, row, texts).items()
    }
    rows = AffectedVersion.objects.filter(affected__in=stale)
    kept = {(row[1], row[2]): row for row in rows.values_list("id", "affected", "version", "fixed")}
    gone = [pair for pair, row in kept.items() if wanted.get(pair) != row[3]]
    new = [pair for pair, fixed in wanted.items() if pair not in kept or kept[pair][3] != fixed]
    AffectedVersion.objects.filter(pk__in=[kept[pair][0] for pair in gone]).delete()
    AffectedVersion.objects.bulk_create(
        [AffectedVersion(affected_id=a, version_id=v, fixed=wanted[a, v]) for a, v in new],
        batch_size=5_000,
    )
    Affected.objects.bulk_update(stale, ["package", "matched"], batch_size=500)
    return len({*gone, *new})


def _affected(ecosystem: str, affected: Affected, versions: Sequence[str]) -> dict[str, str]:
    """Affected versions, each with the one that fixes it."""
    if affected.advisory.withdrawn_at is not None:
        return {}
    verdicts = versions_affected(
        versions,
        ranges=[Range.from_json(one) for one in affected.ranges],
        listed=affected.listed,
        key=partial(version_key, ecosystem),
    )
    return {one.version: one.fixed for one in verdicts}


def _digest(value: object) -> str:
    return "sha256:" + hashlib.sha256(json.dumps(value).encode()).hexdigest()
