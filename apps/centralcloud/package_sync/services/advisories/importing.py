"""Store documents in OSV schema, batch by batch."""

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
from apps.centralcloud.package_sync.services.advisories.holding import (
    SAID,
    advisories_known,
    advisories_news,
    advisory_say,
)
from apps.shared.knowledge_cache.services import source_changed

BATCH = 500
REASONS_KEPT = 20
SOURCE_LENGTH = 120
AHEAD = timedelta(days=1)
"""How far a clock elsewhere may be ahead; what is modified later than that would hold for ever."""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('package_sync:advisories', 0))"
_FIELDS = (*SAID, "source", "by_registry", "modified_at")


def printable(text: str) -> str:
    """Text from elsewhere that a row holds, and of which a terminal obeys nothing."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


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
            self.reasons.append(printable(f"{str(name)[:100]}: {reason}"))

    def add(self, other: Imported) -> None:
        """Add another one's numbers."""
        for name in ("read", "new", "changed", "unchanged", "left_out"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons = [*self.reasons, *other.reasons][:REASONS_KEPT]


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    by_registry: bool


def advisories_import(
    *,
    documents: Iterable[Mapping[str, Any]],
    source: str,
    by_registry: bool = False,
    dry_run: bool = False,
    into: Imported | None = None,
) -> Imported:
    """Store documents, batch by batch, each in a transaction; packages are matched afterwards.

    A document that is no advisory is left out and counted. The same documents again change
    nothing; two imports at once wait for each other, batch by batch. Inside the caller's
    transaction it is called before ``affected_match``.

    Args:
        source: where they come from, as people read it: a file's name, a registry.
        by_registry: a registry hands them out with a package: see ``holding`` for what holds.
        dry_run: say what would come of it.
        into: where it is counted as it goes, so that what an error ends is counted too.
    """
    imported = Imported() if into is None else into
    given = _Source(source[:SOURCE_LENGTH], by_registry)
    remaining = iter(documents)
    while batch := list(islice(remaining, BATCH)):
        parsed = list(_parsed(batch, imported))
        records = _newest(parsed)
        imported.unchanged += len(parsed) - len(records)
        with transaction.atomic():
            _store(records, given, imported, dry_run=dry_run)
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
    records: dict[str, AdvisoryRecord], given: _Source, imported: Imported, *, dry_run: bool
) -> None:
    """One batch. What is known already is seen without waiting for another import."""
    known, news = _news(records, given)
    if news and not dry_run:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
        known, news = _news(records, given)
    _count(records, news, known, imported)
    if news and not dry_run:
        former = {alias for id_ in news.keys() & known.keys() for alias in known[id_].aliases}
        rows = _write(news, given)
        whole = not given.by_registry
        affected_store(rows={row.pk: news[row.osv_id] for row in rows}, whole=whole)
        groups_store(osv_ids=news.keys() | former)
        source_changed("advisories")


def _news(
    records: Mapping[str, AdvisoryRecord], given: _Source
) -> tuple[dict[str, Advisory], dict[str, AdvisoryRecord]]:
    """What is known of these advisories, and the documents that hold over it."""
    known = advisories_known(records, by_registry=given.by_registry)
    return known, advisories_news(records, known, by_registry=given.by_registry)


def _count(
    records: Mapping[str, Any], news: Mapping[str, Any], known: Mapping[str, Any], into: Imported
) -> None:
    into.changed += len(news.keys() & known.keys())
    into.new += len(news.keys() - known.keys())
    into.unchanged += len(records) - len(news)


def _write(records: Mapping[str, AdvisoryRecord], given: _Source) -> list[Advisory]:
    """New and changed ones in one statement; most that are new are in the right group already."""
    return Advisory.objects.bulk_create(
        [_row(record, given) for record in records.values()],
        update_conflicts=True,
        unique_fields=["osv_id"],
        update_fields=_FIELDS,
    )


def _row(record: AdvisoryRecord, given: _Source) -> Advisory:
    row = Advisory(osv_id=record.id, group=min(record.id, *record.aliases))
    row.source, row.by_registry = given.name, given.by_registry
    return advisory_say(row, record)
