"""Keep which packages advisories name, and how: rows that say the same stay as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from apps.centralcloud.package_sync.engine.osv import AdvisoryRecord, AffectedRecord
from apps.centralcloud.package_sync.models import Affected


def affected_store(*, rows: Mapping[int, AdvisoryRecord], whole: bool = True) -> None:
    """Write the packages of advisories, by the primary keys of those, inside a transaction.

    Packages that a document does not name any more are let go, unless it is not the ``whole``
    advisory: what a registry hands out with one package says nothing of others. What was changed,
    or may not hold any more as its advisory was withdrawn, is marked as not matched. Its package
    is only named when it is matched, under the lock of the package's row.
    """
    known: dict[int, dict[str, Affected]] = defaultdict(dict)
    for kept in Affected.objects.filter(advisory__in=rows).order_by("pk").select_for_update():
        known[kept.advisory_id][kept.purl] = kept
    changed, new, gone = [], [], []
    for pk, record in rows.items():
        named = {one.purl: one for one in record.affected}
        gone += [kept.pk for purl, kept in known[pk].items() if whole and purl not in named]
        changed += [_set(kept, named[purl]) for purl, kept in known[pk].items() if purl in named]
        added = (one for purl, one in named.items() if purl not in known[pk])
        new += [_set(Affected(advisory_id=pk, purl=one.purl), one) for one in added]
    Affected.objects.filter(pk__in=gone).delete()
    Affected.objects.bulk_update(changed, ["ranges", "listed", "fixed", "matched"], batch_size=500)
    Affected.objects.bulk_create(new, batch_size=1_000)


def affected_differing(*, rows: Mapping[int, AdvisoryRecord]) -> set[int]:
    """Advisories of which a package that the document names is kept otherwise, or not at all."""
    fields = ("advisory", "purl", "ranges", "listed")
    known = {
        row[:2]: row[2:] for row in Affected.objects.filter(advisory__in=rows).values_list(*fields)
    }
    return {
        pk
        for pk, record in rows.items()
        for one in record.affected
        if known.get((pk, one.purl)) != (_ranges(one), list(one.listed))
    }


def _ranges(record: AffectedRecord) -> list[dict[str, Any]]:
    return [one.as_json() for one in record.ranges]


def _set(row: Affected, record: AffectedRecord) -> Affected:
    row.ranges = _ranges(record)
    row.listed = list(record.listed)
    row.fixed = list(record.fixed)
    row.matched = ""
    return row
