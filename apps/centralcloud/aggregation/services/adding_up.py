"""Add contributions up to facts: only of keys that changed, in chunks, by any number of workers.

A chunk is the keys of some buckets, and who works on a bucket holds its lock: no two ever add up
one key at once, so a fact always is what the last look at its contributions came to. Facts are a
function of the contributions, the setting ``PATTERN_MIN_INSTANCES`` and ``now`` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.centralcloud.aggregation.models import AddingUp
from apps.centralcloud.aggregation.services import adding_up_sql as sql

TREND_WINDOW = timedelta(weeks=4)
CHUNK = 2_000
"""Marks that one transaction takes, unless one bucket alone has more."""
_MEMBERS = 0x10000
_SPACE = "hashtext('aggregation ' || current_schema())"
"""Advisory locks are the database's, but what is added up is a schema's."""


@dataclass(frozen=True, slots=True)
class Added:
    """What one run did: keys looked at, rows of facts written and removed, shares counted anew."""

    keys: int = 0
    written: int = 0
    removed: int = 0
    reshared: int = 0

    def plus(self, other: Added) -> Added:
        """Both together."""
        return Added(
            self.keys + other.keys,
            self.written + other.written,
            self.removed + other.removed,
            self.reshared + other.reshared,
        )


def facts_aggregate(*, full: bool = False, now: datetime | None = None) -> Added:
    """Add up what is dirty, and facts whose trend changes by time alone; all keys if ``full``.

    What another worker has in its hands is left to it.
    """
    now = now or timezone.now()
    setting = settings.PATTERN_MIN_INSTANCES
    last = AddingUp.objects.first()
    with transaction.atomic(), connection.cursor() as cursor:
        if full or (last is not None and last.min_instances != setting):
            cursor.execute(sql.EVERYTHING)
        else:
            cursor.execute(sql.DUE, {"now": now})
    done = Added(reshared=_members(now))
    for buckets in _chunks():
        done = done.plus(_chunk(buckets, now))
    AddingUp.objects.update_or_create(
        id=1, defaults={"min_instances": setting, "aggregated_at": now}
    )
    return done


def facts_hold() -> None:
    """Keep all others from adding up until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_SPACE}, {_MEMBERS})")


@transaction.atomic
def _members(now: datetime) -> int:
    """Recount populations that instances joined or left; returns the facts that it touched."""
    touched = 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_SPACE}, {_MEMBERS})")
        cursor.execute(sql.MEMBERS)
        for (population,) in sorted(cursor.fetchall()):
            cursor.execute(sql.SHARES, {"population": population, "now": now})
            touched += cursor.rowcount
    return touched


def _chunks() -> Iterator[list[int]]:
    """Buckets that hold dirty keys, together as many as make a chunk."""
    with connection.cursor() as cursor:
        cursor.execute(sql.BUCKETS_DIRTY)
        dirty = cursor.fetchall()
    chunk: list[int] = []
    marks = 0
    for bucket, count in dirty:
        if chunk and marks + count > CHUNK:
            yield chunk
            chunk, marks = [], 0
        chunk.append(bucket)
        marks += count
    if chunk:
        yield chunk


@transaction.atomic
def _chunk(buckets: list[int], now: datetime) -> Added:
    """Add up the dirty keys of those of the buckets that nobody else works on."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_SPACE}, {_MEMBERS})")
        cursor.execute(
            "SELECT bucket FROM unnest(%s::int[]) AS bucket"
            f" WHERE pg_try_advisory_xact_lock({_SPACE}, bucket)",
            [buckets],
        )
        cursor.execute(sql.CLAIM, {"buckets": [row[0] for row in cursor.fetchall()]})
        subjects, keys = cursor.fetchone()
        if not keys:
            return Added()
        cursor.execute(sql.MEMORY)
        given = {
            "subjects": subjects,
            "keys": keys,
            "now": now,
            "since": now - TREND_WINDOW,
            "window": TREND_WINDOW,
            "least": settings.PATTERN_MIN_INSTANCES,
        }
        cursor.execute(sql.ADD_UP, given)
        written, removed = cursor.fetchone()
    return Added(keys=len(keys), written=written, removed=removed)
