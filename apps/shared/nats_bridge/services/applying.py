"""Apply messages that came: each once, in the transaction that records that it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from apps.shared.nats_bridge.letters import subject_of
from apps.shared.nats_bridge.received import Handler, Received

_INSERT = """
    INSERT INTO nats_bridge_inboxmessage (receiver, event_id, source, subject, received_at)
    SELECT %s, event_id, source, subject, clock_timestamp()
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS came (event_id, source, subject)
    ON CONFLICT (receiver, event_id) DO NOTHING RETURNING event_id"""

Handlers = Mapping[str, Handler[Any]]


@transaction.atomic
def messages_apply(*, messages: Sequence[Received[Any]], handlers: Handlers) -> int:
    """Give each handler its new messages. Returns how many were new; raises what handlers raise.

    A message that came before, in this batch or earlier, is not applied again.
    """
    first = {one.event_id: one for one in reversed(messages)}
    new = _record(list(first.values()))
    by_subject: dict[str, list[Received[Any]]] = defaultdict(list)
    for one in messages:
        if one.event_id in new and first[one.event_id] is one:
            by_subject[subject_of(one.subject)].append(one)
    for subject in sorted(by_subject):  # in one order everywhere, so that two never deadlock
        handlers[subject](by_subject[subject])
    return len(new)


def _record(messages: Sequence[Received[Any]]) -> set[str]:
    """The ids that were not there yet. In one order everywhere, so that two never deadlock."""
    ordered = sorted(messages, key=lambda one: one.event_id)
    values: list[str | list[str]] = [
        settings.IDENTITY.name,
        [one.event_id for one in ordered],
        [one.instance for one in ordered],
        [one.subject for one in ordered],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        return {row[0] for row in cursor.fetchall()}
