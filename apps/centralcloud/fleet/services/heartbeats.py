"""Write down what instances say of themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from apps.centralcloud.fleet.models import Instance
from apps.shared.contracts.payloads import Heartbeat
from apps.shared.nats_bridge.received import Received

FARTHEST = timedelta(days=36_500)
"""A clock may be wrong by any amount; times beyond this are kept as this."""
_COLUMNS = {
    **dict.fromkeys(("heard_at", "told_at", "started_at"), "timestamptz"),
    **dict.fromkeys(("version", "mode"), "text"),
    **dict.fromkeys(("jobs", "languages"), "jsonb"),
    **dict.fromkeys(("codebases", "files", "patterns", "frameworks", "queued"), "bigint"),
    "lag_seconds": "float8",
}
_TABLE = Instance._meta.db_table  # noqa: SLF001  Django documents _meta
_UPDATE = f"""
WITH held AS (
    SELECT name FROM {_TABLE} WHERE name = ANY(%s) ORDER BY name FOR NO KEY UPDATE
)
UPDATE {_TABLE} AS instance
SET {", ".join(f"{name} = said.{name}" for name in _COLUMNS)}
FROM held
JOIN jsonb_to_recordset(%s::jsonb)
    AS said (name text, {", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
    ON said.name = held.name
WHERE instance.name = held.name
    AND (instance.heard_at IS NULL OR instance.heard_at < said.heard_at)
"""
"""Rows are held in the order of their names: two that do this at once cannot block each other."""


def heartbeats_record(*, received: Iterable[Received[Heartbeat]]) -> int:
    """Keep the last heartbeat of each instance, by the stream's clock.

    Returns how many instances have a newer one now. One query.
    """
    latest = {one.instance: one for one in sorted(received, key=lambda one: one.stored_at)}
    said = json.dumps([_row(one) for one in latest.values()], default=datetime.isoformat)
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [list(latest), said])
        return int(cursor.rowcount)


def _row(beat: Received[Heartbeat]) -> dict[str, Any]:
    """The columns of an instance; a heartbeat's fields are named as they are."""
    said = beat.payload.model_dump(include={*_COLUMNS})
    told_at = _near(beat.told_at, beat.stored_at)
    return {"name": beat.instance, "heard_at": beat.stored_at, "told_at": told_at, **said}


def _near(told: datetime, stored: datetime) -> datetime:
    """A time that both Python and PostgreSQL can hold in every zone."""
    return stored + max(-FARTHEST, min(FARTHEST, told - stored))
