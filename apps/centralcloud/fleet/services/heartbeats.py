"""Write down what instances say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from apps.centralcloud.fleet.models import Instance
from apps.shared.contracts.payloads import Heartbeat
from apps.shared.nats_bridge.received import Received

FARTHEST = timedelta(days=36_500)
"""A clock may be wrong by any amount; times beyond this are kept as this."""
FIELDS = (
    *("heard_at", "told_at", "started_at", "version", "mode", "jobs", "languages", "codebases"),
    *("files", "patterns", "frameworks", "queued", "lag_seconds"),
)


def heartbeats_record(*, received: Iterable[Received[Heartbeat]]) -> int:
    """Keep the last heartbeat of each instance, by the stream's clock; inside a transaction.

    Returns how many instances have a newer one now. Rows are taken in the order of their names,
    so that two that do this at once do not wait for each other.
    """
    latest = _latest(received)
    rows = Instance.objects.select_for_update(no_key=True).filter(name__in=latest).order_by("name")
    newer = [row for row in rows if _is_newer(latest[row.name], row)]
    for row in newer:
        _fill(row, latest[row.name])
    Instance.objects.bulk_update(newer, FIELDS)
    return len(newer)


def _latest(received: Iterable[Received[Heartbeat]]) -> dict[str, Received[Heartbeat]]:
    return {one.instance: one for one in sorted(received, key=lambda one: one.stored_at)}


def _is_newer(beat: Received[Heartbeat], row: Instance) -> bool:
    return row.heard_at is None or beat.stored_at > row.heard_at


def _fill(row: Instance, beat: Received[Heartbeat]) -> None:
    said = beat.payload
    row.heard_at = beat.stored_at
    row.told_at = _near(beat.told_at, beat.stored_at)
    row.started_at = said.started_at
    row.version, row.mode = said.version, said.mode
    row.jobs = [job.model_dump() for job in said.jobs]
    row.languages = list(said.languages)
    row.codebases, row.files = said.codebases, said.files
    row.patterns, row.frameworks = said.patterns, said.frameworks
    row.queued, row.lag_seconds = said.queued, said.lag_seconds


def _near(told: datetime, stored: datetime) -> datetime:
    """A time that both Python and PostgreSQL can hold in every zone."""
    return stored + max(-FARTHEST, min(FARTHEST, told - stored))
