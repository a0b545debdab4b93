"""Keep which packages advisories name, and how: rows that say the same stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.centralcloud.package_sync.engine.osv import AdvisoryRecord, AffectedRecord
from apps.centralcloud.package_sync.models import Affected

_SAID = ("ranges", "listed", "fixed", "matched")
"""What is written of a package that is named already; not which one it was matched to."""


def affected_store(*, rows: Mapping[int, AdvisoryRecord], whole: bool = True) -> None:
    """Write the packages of advisories, by the primary keys of those, inside a transaction.

    Packages that a document does not name any more are let go, unless it is not the ``whole``
    advisory: what a registry hands out with one package says nothing of others. What was changed,
    or may not hold any more as its advisory was withdrawn, is marked as not matched. Its package
    is only named when it is matched, under the lock of the package's row.
    """
    kept = Affected.objects.filter(advisory__in=rows).order_by("pk").select_for_update()
    known = {row[1:]: row[0] for row in kept.values_list("pk", "advisory", "purl")}
    named = {(pk, one.purl): one for pk, record in rows.items() for one in record.affected}
    if whole:
        gone = [key for name, key in known.items() if name not in named]
        Affected.objects.filter(pk__in=gone).delete()
    Affected.objects.bulk_create(
        [_row(pk, one) for (pk, _), one in named.items()],
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["advisory", "purl"],
        update_fields=_SAID,
    )


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


def _row(advisory: int, record: AffectedRecord) -> Affected:
    return Affected(
        advisory_id=advisory,
        purl=record.purl,
        ranges=_ranges(record),
        listed=list(record.listed),
        fixed=list(record.fixed),
        matched="",
    )
