"""Which messages count in spite of withdrawals: for handlers that write contributions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from django.db import connection

from apps.centralcloud.fleet.models import Instance
from apps.shared.contracts.payloads.base import Payload
from apps.shared.nats_bridge.received import Received

P = TypeVar("P", bound=Payload)


def admitted(received: Sequence[Received[P]]) -> list[Received[P]]:
    """Those whose sender was not withdrawn after the stream took them.

    Holds the senders' rows until the transaction ends: a withdrawal waits for it and then removes
    what it wrote. ``FOR KEY SHARE`` hinders neither heartbeats nor other handlers. One query.
    """
    withdrawn = _withdrawn_held(sorted({one.instance for one in received}))
    return [
        one
        for one in received
        if one.instance in withdrawn and _counts(one, *withdrawn[one.instance])
    ]


def withdrawals_held() -> dict[str, datetime | None]:
    """When each instance was withdrawn, if ever; nobody is until the transaction ends."""
    return {name: at for name, (_, at) in _withdrawn_held(None).items()}


def _counts(one: Received[P], state: str, withdrawn_at: datetime | None) -> bool:
    if state == Instance.State.WITHDRAWN:
        return False
    return withdrawn_at is None or one.stored_at > withdrawn_at


def _withdrawn_held(names: list[str] | None) -> dict[str, tuple[str, datetime | None]]:
    """State and withdrawal of those, or of all."""
    table = Instance._meta.db_table  # noqa: SLF001  Django documents _meta
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name, state, withdrawn_at FROM {table} "
            "WHERE %(names)s::text[] IS NULL OR name = ANY(%(names)s) ORDER BY name FOR KEY SHARE",
            {"names": names},
        )
        return {name: (state, withdrawn_at) for name, state, withdrawn_at in cursor.fetchall()}
