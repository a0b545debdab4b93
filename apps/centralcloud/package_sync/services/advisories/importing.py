"""Store documents in OSV schema: of each id the one that was modified last holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.centralcloud.package_sync.engine.osv import AdvisoryRecord, OsvError, advisory_parse
from apps.centralcloud.package_sync.models import Advisory
from apps.centralcloud.package_sync.services.advisories.affecting import affected_store
from apps.centralcloud.package_sync.services.advisories.grouping import groups_store
from apps.shared.knowledge_cache.services import source_changed

BATCH = 500
REASONS_KEPT = 20
SOURCE_LENGTH = 120
AHEAD = timedelta(days=1)
"""How far a clock elsewhere may be ahead; what is modified later than that would hold for ever."""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('package_sync:advisories', 0))"
_FIELDS = (
    "aliases", "summary", "details", "severity", "score", "vector", "references", "source",
    "published_at", "modified_at", "withdrawn_at",
)  # fmt: skip


@dataclass(slots=True)
class Imported:
    """What came of documents. ``reasons`` says of the first ones that were left out why."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    reasons: list[str] = field(default_factory=list)

    def leave_out(self, name: object, reason: object) -> None:
        """Count a document that is left out."""
        self.left_out += 1
        if len(self.reasons) < REASONS_KEPT:
            self.reasons.append(f"{str(name)[:100]}: {reason}")

    def add(self, other: Imported) -> None:
        """Add another one's numbers."""
        for name in ("read", "new", "changed", "unchanged", "left_out"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons = [*self.reasons, *other.reasons][:REASONS_KEPT]


def advisories_import(
    *,
    documents: Iterable[Mapping[str, Any]],
    source: str,
    dry_run: bool = False,
    into: Imported | None = None,
) -> Imported:
    """Store documents, batch by batch, each in a transaction; packages are matched afterwards.

    A document that is no advisory is left out and counted. The same documents again change
    nothing; two imports at once wait for each other, batch by batch. Inside the caller's
    transaction it is called before ``affected_match``.

    Args:
        source: where they come from, as people read it: a file's name, a registry.
        dry_run: say what would come of it.
        into: where it is counted as it goes, so that what an error ends is counted too.
    """
    imported = Imported() if into is None else into
    remaining = iter(documents)
    while batch := list(islice(remaining, BATCH)):
        parsed = list(_parsed(batch, imported))
        records = _newest(parsed)
        imported.unchanged += len(parsed) - len(records)
        with transaction.atomic():
            _store(records, source[:SOURCE_LENGTH], imported, dry_run=dry_run)
    return imported


def _parsed(documents: Iterable[Any], imported: Imported) -> Iterator[AdvisoryRecord]:
    latest = timezone.now() + AHEAD
    for document in documents:
        imported.read += 1
        try:
            record = advisory_parse(document)
        except OsvError as error:
            named = document.get("id", "") if isinstance(document, Mapping) else ""
            imported.leave_out(named or f"document {imported.read:,}", error)
            continue
        if record.modified > latest:
            imported.leave_out(record.id, "modified: lies in the future")
            continue
        yield record


def _newest(records: Sequence[AdvisoryRecord]) -> dict[str, AdvisoryRecord]:
    """By id; in order, so that rows are always locked in the same one."""
    return {record.id: record for record in sorted(records, key=lambda one: (one.id, one.modified))}


def _store(
    records: dict[str, AdvisoryRecord], source: str, imported: Imported, *, dry_run: bool
) -> None:
    """One batch. What is known already is seen without waiting for another import."""
    if not (news := _news(records, _known(records))) or dry_run:
        _count(records, news, _known(records), imported)
        return
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    known = _known(records)
    news = _news(records, known)
    _count(records, news, known, imported)
    if news:
        former = {alias for id_ in news.keys() & known.keys() for alias in known[id_].aliases}
        rows = _write(news, known, source)
        affected_store(rows={row.pk: news[row.osv_id] for row in rows})
        groups_store(osv_ids=news.keys() | former)
        source_changed("advisories")


def _known(records: Iterable[str]) -> dict[str, Advisory]:
    fields = ("osv_id", "modified_at", "aliases", "group")
    rows = Advisory.objects.filter(osv_id__in=list(records)).only(*fields)
    return {row.osv_id: row for row in rows}


def _news(
    records: dict[str, AdvisoryRecord], known: Mapping[str, Advisory]
) -> dict[str, AdvisoryRecord]:
    return {
        id_: record
        for id_, record in records.items()
        if id_ not in known or known[id_].modified_at < record.modified
    }


def _count(
    records: Mapping[str, Any], news: Mapping[str, Any], known: Mapping[str, Any], into: Imported
) -> None:
    into.changed += len(news.keys() & known.keys())
    into.new += len(news.keys() - known.keys())
    into.unchanged += len(records) - len(news)


def _write(
    records: Mapping[str, AdvisoryRecord], known: Mapping[str, Advisory], source: str
) -> list[Advisory]:
    rows = [_row(record, known.get(record.id), source) for record in records.values()]
    Advisory.objects.bulk_update([row for row in rows if row.pk], _FIELDS, batch_size=BATCH)
    Advisory.objects.bulk_create([row for row in rows if not row.pk])
    return rows


def _row(record: AdvisoryRecord, known: Advisory | None, source: str) -> Advisory:
    row = known or Advisory(osv_id=record.id, group=record.id)
    row.aliases, row.source = list(record.aliases), source
    row.summary, row.details = record.summary, record.details
    row.severity, row.score, row.vector = record.severity, record.score, record.vector
    row.references = [{"type": kind, "url": url} for kind, url in record.references]
    row.published_at, row.modified_at = record.published, record.modified
    row.withdrawn_at = record.withdrawn
    return row
