"""What instances report that they hold, and what the fleet holds together."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from apps.shared.contracts.payloads.statistics import StatisticsReported

# Of equal revisions the greater report stays, so that any order comes to the same.
_UPSERT = """
    INSERT INTO aggregation_instancestatistics AS known (instance, revision, report, reported_at)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (instance) DO UPDATE
    SET revision = excluded.revision, report = excluded.report, reported_at = excluded.reported_at
    WHERE (excluded.revision, excluded.report) > (known.revision, known.report)
"""


@transaction.atomic
def reports_apply(*, reports: Sequence[tuple[str, StatisticsReported]]) -> None:
    """Keep the report of the highest revision of each instance."""
    rows = sorted(
        (instance, report.revision, report.model_dump_json(), report.reported_at)
        for instance, report in reports
    )
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, rows)
