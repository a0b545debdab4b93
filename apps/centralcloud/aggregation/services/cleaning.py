"""The weekly clean-up: what holds no more, and history that nobody looks at so closely."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.centralcloud.aggregation.services.adding_up import TREND_WINDOW

HOURLY_FOR = timedelta(days=7)
DAILY_FOR = timedelta(days=90)

_TOMBSTONES = """
    DELETE FROM aggregation_contribution WHERE withdrawn AND withdrawn_at < %(before)s
"""
# An empty state under a floor still keeps older messages from coming back: only what was told
# before any message that could be delivered again goes.
_STATED = """
    DELETE FROM aggregation_stated stated WHERE revision < %(before_revision)s AND NOT EXISTS (
        SELECT FROM aggregation_contribution c
        WHERE c.instance = stated.instance AND c.codebase = stated.codebase
            AND c.subject = stated.subject
    )
"""
_THIN = """
    DELETE FROM aggregation_statisticssnapshot WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (
                PARTITION BY date_trunc(%(unit)s, generated_at) ORDER BY generated_at DESC
            ) AS place
            FROM aggregation_statisticssnapshot WHERE generated_at < %(before)s
        ) snapshots WHERE place > 1
    )
"""


@transaction.atomic
def aggregates_clean(*, now: datetime | None = None) -> dict[str, int]:
    """Remove what is older than ``RETENTION_DAYS``; returns how many rows of what.

    Withdrawn facts go (they also stay as long as trends look back), and with them what keeps
    messages of that age from being applied again. Of statistics every hour's last stays for a
    week, every day's for 90 days, then every month's, for ever.
    """
    now = now or timezone.now()
    retention = max(timedelta(days=settings.RETENTION_DAYS), TREND_WINDOW)
    before = now - retention
    given = {"before": before, "before_revision": int(before.timestamp() * 1_000_000)}
    return {
        "withdrawn": _removed(_TOMBSTONES, given),
        "stated": _removed(_STATED, given),
        "snapshots": sum(
            _removed(_THIN, {"unit": unit, "before": now - age})
            for unit, age in (
                ("hour", timedelta(0)),
                ("day", HOURLY_FOR),
                ("month", DAILY_FOR),
            )
        ),
    }


def _removed(statement: str, given: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)
