"""What instances report that they hold, and what the fleet holds together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from apps.centralcloud.aggregation.models import StatisticsSnapshot, Subject
from apps.centralcloud.fleet.selectors.instances import fleet_counts
from apps.shared.contracts.payloads.base import LARGEST
from apps.shared.contracts.payloads.statistics import GlobalStatistics, StatisticsReported
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.services.outbox import outbox_replace

STATE_KEY = "statistics"
LANGUAGES, PATTERNS = 200, 1_000
"""Rows that the contract has room for: those with the most are told."""

# Of equal revisions the greater report stays, so that any order comes to the same.
_UPSERT = """
    INSERT INTO aggregation_instancestatistics AS known (instance, revision, report, reported_at)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (instance) DO UPDATE
    SET revision = excluded.revision, report = excluded.report, reported_at = excluded.reported_at
    WHERE (excluded.revision, excluded.report) > (known.revision, known.report)
"""


def _sum(field: str, row: str = "report") -> str:
    return f"least(coalesce(sum(({row} ->> '{field}')::numeric), 0), {LARGEST})::bigint"


_REPORTED = f"""
    SELECT {_sum("codebases")}, {_sum("files")}, {_sum("chunks")}
    FROM aggregation_instancestatistics
"""
_LANGUAGES = f"""
    SELECT one ->> 'language', {_sum("files", "one")}, {_sum("chunks", "one")},
        {_sum("lines", "one")}
    FROM aggregation_instancestatistics, jsonb_array_elements(report -> 'languages') AS one
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {LANGUAGES}
"""
_PATTERNS = f"""
    SELECT kind, language, count(*) FROM aggregation_globalfact WHERE subject = 'pattern'
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {PATTERNS}
"""
_FACTS = """
    SELECT subject, count(*), count(*) FILTER (WHERE shown) FROM aggregation_globalfact
    GROUP BY subject
"""
_CONTRIBUTIONS = "SELECT count(*) FROM aggregation_contribution WHERE NOT withdrawn"


@transaction.atomic
def reports_apply(*, reports: Sequence[tuple[str, StatisticsReported]]) -> None:
    """Keep the report of the highest revision of each instance."""
    rows = sorted(
        (instance, report.revision, report.model_dump_json(), report.reported_at)
        for instance, report in reports
    )
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, rows)


@transaction.atomic
def statistics_generate(*, now: datetime | None = None) -> GlobalStatistics:
    """Compute what the fleet holds, keep it as history, and queue it for the instances."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        # two at once would take the same revision
        cursor.execute("LOCK TABLE aggregation_statisticssnapshot IN SHARE ROW EXCLUSIVE MODE")
    counted = _rows(_FACTS)
    facts = {subject: number for subject, number, _ in counted}
    shown = {subject: number for subject, _, number in counted}
    computed = _computed(_next_revision(now), now, facts, shown)
    StatisticsSnapshot.objects.create(
        revision=computed.revision,
        generated_at=now,
        report=computed.model_dump(mode="json"),
        facts=facts,
        shown=shown,
    )
    if queueing():
        outbox_replace(payload=computed, state_key=STATE_KEY)
    return computed


def _next_revision(now: datetime) -> int:
    """The clock in microseconds, pushed on where it stands still or goes back."""
    last = StatisticsSnapshot.objects.aggregate(last=Max("revision"))["last"] or 0
    return max(int(now.timestamp() * 1_000_000), last + 1)


def _computed(
    revision: int, now: datetime, facts: Mapping[str, int], shown: Mapping[str, int]
) -> GlobalStatistics:
    (codebases, files, chunks), *_ = _rows(_REPORTED)
    ((contributions,),) = _rows(_CONTRIBUTIONS)
    languages = ("language", "files", "chunks", "lines")
    patterns = ("kind", "language", "patterns")
    return GlobalStatistics.model_validate(
        {
            "revision": revision,
            "generated_at": now,
            "instances": fleet_counts(now=now),
            "codebases": codebases,
            "files": files,
            "chunks": chunks,
            "languages": [dict(zip(languages, row, strict=True)) for row in _rows(_LANGUAGES)],
            "patterns": [dict(zip(patterns, row, strict=True)) for row in _rows(_PATTERNS)],
            "shared_patterns": shown.get(Subject.PATTERN, 0),
            "architecture": facts.get(Subject.ARCHITECTURE, 0),
            "frameworks": facts.get(Subject.FRAMEWORK, 0),
            "packages": facts.get(Subject.PACKAGE, 0),
            "contributions": contributions,
        }
    )


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
