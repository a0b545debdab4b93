"""Keep what an audience is told as rows, and say whether it has changed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from apps.centralcloud.insights.models import Insight, Recommendation, Telling
from apps.shared.contracts.payloads.insights import InsightFact

_CONTENT = (
    "kind", "subject", "subject_key", "subject_kind", "language", "name", "reason", "score",
    "evidence", "digest", "changed_at",
)  # fmt: skip
NANOSECONDS = 1_000
"""Of a microsecond."""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def rows_store(*, audience: str, facts: Sequence[InsightFact], now: datetime) -> None:
    """Replace what an audience is told, inside the caller's transaction.

    A row that says the same stays untouched; one that says it with other numbers keeps when it
    was first told.
    """
    model: Any = Recommendation if audience else Insight
    owner = {"instance": audience} if audience else {}
    rows = model.objects.filter(**owner)
    known = dict(rows.values_list("key", "digest"))
    digests = {fact.key: digest_of([fact]) for fact in facts}
    changed = [fact for fact in facts if known.get(fact.key) != digests[fact.key]]
    model.objects.bulk_create(
        [_row(model, owner, fact, digests[fact.key], now) for fact in changed],
        update_conflicts=True,
        unique_fields=[*owner, "key"],
        update_fields=_CONTENT,
    )
    gone = known.keys() - digests.keys()
    if gone:
        rows.filter(key__in=gone).delete()


def telling_store(*, audience: str, digest: str, now: datetime) -> tuple[Telling, bool]:
    """Note what an audience is told, under a higher revision where that has changed.

    Returns whether it has. Another run that tells the same audience waits for this transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"insights:{audience}"])
    telling = Telling.objects.filter(audience=audience).first()
    if telling is None:
        telling = Telling(audience=audience, revision=0)
    elif telling.digest == digest:
        return telling, False
    telling.revision, telling.digest = _revision(telling.revision), digest
    telling.generated_at, telling.sent_at = now, None
    telling.save()
    return telling, True


def audiences_forget(*, except_for: Iterable[str]) -> None:
    """Delete what is kept for instances that are told nothing any more."""
    kept = list(except_for)
    Recommendation.objects.exclude(instance__in=kept).delete()
    Telling.objects.exclude(audience__in=["", *kept]).delete()


@transaction.atomic
def instance_remove(*, instance: str) -> int:
    """Delete what a withdrawn instance was told; returns how many recommendations there were."""
    removed, _ = Recommendation.objects.filter(instance=instance).delete()
    Telling.objects.filter(audience=instance).delete()
    return removed


def digest_of(payloads: Iterable[Any]) -> str:
    """A digest of what payloads say."""
    whole = hashlib.sha256()
    for payload in payloads:
        whole.update(payload.model_dump_json(exclude_defaults=True).encode() + b"\n")
    return whole.hexdigest()


def _revision(last: int) -> int:
    """Microseconds since 1970, and more than the last one whatever the clock says."""
    return max(time.time_ns() // NANOSECONDS, last + 1)


def _row(
    model: type[Model], owner: dict[str, str], fact: InsightFact, digest: str, now: datetime
) -> Any:
    return model(
        **owner,
        key=fact.key,
        kind=fact.kind,
        subject=fact.subject,
        subject_key=fact.subject_key,
        subject_kind=fact.subject_kind,
        language=fact.language or "",
        name=fact.name,
        reason=fact.reason,
        score=fact.score,
        evidence=fact.evidence.model_dump(mode="json"),
        digest=digest,
        first_told_at=now,
        changed_at=now,
    )
