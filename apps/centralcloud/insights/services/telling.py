"""Store what an audience is told and put it into the outbox where that is news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from apps.centralcloud.insights.services.storing import digest_of, rows_store, telling_store
from apps.shared.contracts.fitting import MESSAGE_BYTES, fitting, json_bytes
from apps.shared.contracts.payloads.insights import InsightFact, InsightsAggregated, SharedFact
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.services.outbox import outbox_replace

AGAIN_AFTER = timedelta(hours=6)
"""What has not changed is told again after this, for whoever missed it."""


@transaction.atomic
def audience_tell(
    *,
    audience: str = "",
    insights: Sequence[InsightFact],
    facts: Sequence[SharedFact] = (),
    listening: bool,
    now: datetime,
) -> bool:
    """Store all of it; tell as much as fits, best first, if it has changed. True where it was put.

    Args:
        listening: whether the audience is there to be told.
    """
    telling, is_news = telling_store(
        audience=audience, digest=digest_of([*facts, *insights]), now=now
    )
    if is_news:
        rows_store(audience=audience, facts=insights, now=now)
    due = telling.sent_at is None or telling.sent_at <= now - AGAIN_AFTER
    if not (due and listening and queueing()):
        return False
    outbox_replace(
        payload=InsightsAggregated(
            audience=audience or None,
            revision=telling.revision,
            generated_at=telling.generated_at,
            facts=tuple(facts),
            insights=fitting(insights, MESSAGE_BYTES - sum(map(json_bytes, facts))),
        ),
        state_key=f"insights:{audience}",
        audience=audience,
    )
    telling.sent_at = now
    telling.save(update_fields=["sent_at"])
    return True
