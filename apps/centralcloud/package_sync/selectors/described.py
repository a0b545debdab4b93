"""Packages as they are told: what is known of each, who uses it, what an instance has of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F

from apps.centralcloud.package_sync.models import Implementation, Package, UsedVersion
from apps.centralcloud.package_sync.selectors.marks import advisory_marks
from apps.shared.contracts.payloads.queries import (
    ImplementedIn,
    OwnVersion,
    PackageUse,
)

LINE = 500
"""Characters of a text that are told."""
EVIDENCE = 20
OWN = 50
"""Languages with their evidence, and own versions, that are told of a package at most."""
_LATEST = """
    SELECT v.package_id, v.id, v.released_at
    FROM unnest(%s::bigint[], %s::text[]) AS named (package, latest)
    JOIN package_sync_version v ON v.package_id = named.package AND v.version = named.latest
"""


class _Had(NamedTuple):
    """A version that an instance has, and the row of it where the registry knows one."""

    version: int | None
    told: OwnVersion


def packages_described(ids: Sequence[int], *, instance: str = "") -> list[PackageUse]:
    """Packages by their ids, in that order; five queries, whatever their number.

    Args:
        instance: whose versions are told as ``mine``, with the advisories that affect them. Of a
            package that it does not have, advisories are those of the latest version.
    """
    rows = Package.objects.defer("words").in_bulk(list(ids))
    languages = _languages(ids)
    latest = _latest(rows.values())
    had = _had(ids, instance) if instance else {}
    versions = {
        pk: [one.version for one in had[pk] if one.version] if pk in had else [latest[pk][0]]
        for pk in ids
        if pk in had or pk in latest
    }
    marks = advisory_marks(versions)
    return [
        _described(
            rows[pk],
            latest_at=latest[pk][1] if pk in latest else None,
            implemented_in=tuple(languages.get(pk, ())),
            mine=tuple(one.told for one in had.get(pk, ())),
            advisories=marks.get(pk, ()),
        )
        for pk in ids
        if pk in rows
    ]


def line(text: str) -> str:
    """A text as it is told: one line of at most ``LINE`` characters."""
    return " ".join(text.split())[:LINE]


def _described(row: Package, **known: Any) -> PackageUse:
    return PackageUse(
        purl=row.purl,
        instances=row.instances,
        codebases=row.codebases,
        versions=dict(sorted(row.spread.items(), key=lambda one: (-one[1], one[0]))),
        known=row.state == Package.State.KNOWN,
        summary=line(row.summary),
        licence=row.licence,
        latest=row.latest,
        deprecated=line(row.deprecated),
        **known,
    )


def _languages(ids: Sequence[int]) -> Mapping[int, Sequence[ImplementedIn]]:
    rows = Implementation.objects.filter(package__in=ids)
    found: dict[int, list[ImplementedIn]] = defaultdict(list)
    for package, language, evidence, detail in rows.values_list(
        "package", "language", "evidence", "detail"
    ):
        if len(found[package]) < EVIDENCE:
            found[package].append(
                ImplementedIn(language=language, evidence=evidence, detail=detail)
            )
    return found


def _latest(rows: Iterable[Package]) -> Mapping[int, tuple[int, datetime | None]]:
    """The id of each package's latest version and when it came out, each sought by its key."""
    named = [(row.pk, row.latest) for row in rows if row.latest]
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [[pk for pk, _ in named], [latest for _, latest in named]])
        return {package: (pk, released_at) for package, pk, released_at in cursor.fetchall()}


def _had(ids: Sequence[int], instance: str) -> Mapping[int, Sequence[_Had]]:
    """The versions that an instance has of these packages, the newest first."""
    rows = UsedVersion.objects.filter(use__instance=instance, use__package__in=ids)
    found: dict[int, dict[str, _Had]] = defaultdict(dict)
    for row in rows.select_related("use", "version").order_by(
        F("version__position").desc(nulls_last=True), "text", "-pinned"
    ):
        found[row.use.package_id].setdefault(row.text, _Had(row.version_id, _own(row)))
    return {package: list(islice(each.values(), OWN)) for package, each in found.items()}


def _own(row: UsedVersion) -> OwnVersion:
    known = row.version
    if known is None:
        return OwnVersion(version=row.text, pinned=row.pinned)
    return OwnVersion(
        version=row.text,
        pinned=row.pinned,
        behind=row.behind,
        deprecated=line(known.deprecated),
        yanked=known.yanked,
        withdrawn=known.withdrawn,
    )
