"""Which document of an advisory holds, where several have its id.

One of a source of advisories always holds over one that a registry hands out with a package. Among
those of sources the one that was modified last holds. A registry does not date what it says and
tells only of the package that was asked for: what it said last of each package holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apps.centralcloud.package_sync.engine.osv import AdvisoryRecord
from apps.centralcloud.package_sync.models import Advisory
from apps.centralcloud.package_sync.services.advisories.affecting import affected_differing

SAID = (
    "aliases", "summary", "details", "severity", "score", "vector", "references", "published_at",
    "withdrawn_at",
)  # fmt: skip
"""Fields that say what a document says, beside its date."""
_LARGE = ("summary", "details", "references")


def advisories_known(ids: Iterable[str], *, by_registry: bool) -> dict[str, Advisory]:
    """Advisories with these ids, with as much of each as deciding takes."""
    rows = Advisory.objects.filter(osv_id__in=list(ids))
    return {row.osv_id: row for row in (rows if by_registry else rows.defer(*_LARGE))}


def advisories_news(
    records: Mapping[str, AdvisoryRecord], known: Mapping[str, Advisory], *, by_registry: bool
) -> dict[str, AdvisoryRecord]:
    """Documents that hold over what is known."""
    held = {known[id_].pk: one for id_, one in records.items() if id_ in known}
    differing = affected_differing(rows=held) if by_registry else set()

    def holds(row: Advisory, record: AdvisoryRecord) -> bool:
        if row.by_registry != by_registry:
            return row.by_registry
        if by_registry:
            return row.pk in differing or _differs(row, record)
        return row.modified_at < record.modified

    return {id_: one for id_, one in records.items() if id_ not in known or holds(known[id_], one)}


def advisory_say(row: Advisory, record: AdvisoryRecord) -> Advisory:
    """Have a row say what a document says."""
    row.aliases = list(record.aliases)
    row.summary, row.details = record.summary, record.details
    row.severity, row.score, row.vector = record.severity, record.score, record.vector
    row.references = [{"type": kind, "url": url} for kind, url in record.references]
    row.published_at, row.modified_at = record.published, record.modified
    row.withdrawn_at = record.withdrawn
    return row


def _differs(row: Advisory, record: AdvisoryRecord) -> bool:
    said = advisory_say(Advisory(), record)
    return any(getattr(row, name) != getattr(said, name) for name in SAID)
