"""Keep what the fleet tells: of each audience the newest revision replaces all older ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.shared.contracts.payloads.insights import InsightFact, InsightsAggregated
from apps.shared.contracts.payloads.statistics import GlobalStatistics
from apps.singularity.guidance.models import (
    FleetStatistics,
    Insight,
    Scope,
    SharedFact,
    Telling,
)

log = structlog.get_logger(__name__)
_TOLD = (
    "kind", "subject", "subject_key", "subject_kind", "language", "name", "reason", "score",
    "evidence", "last_told_at", "withdrawn_at",
)  # fmt: skip
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@transaction.atomic
def insights_apply(*, payload: InsightsAggregated) -> bool:
    """Replace what was told under an older revision; False where nothing older was there.

    The same message again, or an older one that comes late, changes no insight.
    """
    if payload.audience not in (None, settings.INSTANCE_ID):
        log.warning("insights.left", audience=payload.audience, reason="they are for another")
        return False
    scope = Scope.OWN if payload.audience else Scope.FLEET
    now = timezone.now()
    if not _is_news(scope, payload, now):
        return False
    _insights_replace(scope, payload.insights, now)
    if scope == Scope.FLEET:
        _facts_replace(payload)
    return True


@transaction.atomic
def statistics_apply(*, payload: GlobalStatistics) -> bool:
    """Keep the fleet's statistics, if they are newer than those that are kept."""
    _lock("statistics")
    rows = FleetStatistics.objects.filter(instance=settings.INSTANCE_ID)
    if rows.filter(revision__gte=payload.revision).exists():
        return False
    rows.update_or_create(
        instance=settings.INSTANCE_ID,
        defaults={
            "revision": payload.revision,
            "generated_at": payload.generated_at,
            "received_at": timezone.now(),
            "report": payload.model_dump(mode="json"),
        },
    )
    return True


def _is_news(scope: Scope, payload: InsightsAggregated, now: datetime) -> bool:
    """Whether the revision is higher than the one kept, which then is that one."""
    _lock(scope)
    told = {"generated_at": payload.generated_at, "received_at": now}
    telling, created = Telling.objects.get_or_create(
        instance=settings.INSTANCE_ID,
        scope=scope,
        defaults={"revision": payload.revision, **told},
    )
    if created:
        return True
    if payload.revision == telling.revision:
        Telling.objects.filter(pk=telling.pk).update(received_at=now)
    if payload.revision <= telling.revision:
        return False
    Telling.objects.filter(pk=telling.pk).update(revision=payload.revision, **told)
    return True


def _insights_replace(scope: Scope, facts: Iterable[InsightFact], now: datetime) -> None:
    rows = Insight.objects.filter(instance=settings.INSTANCE_ID, scope=scope)
    told = {fact.key: fact for fact in facts}
    Insight.objects.bulk_create(
        [_insight(scope, fact, now) for fact in told.values()],
        update_conflicts=True,
        unique_fields=["instance", "scope", "key"],
        update_fields=_TOLD,
    )
    rows.filter(withdrawn_at=None).exclude(key__in=told).update(withdrawn_at=now)
    rows.filter(withdrawn_at__lt=now - timedelta(days=settings.RETENTION_DAYS)).delete()


def _insight(scope: Scope, fact: InsightFact, now: datetime) -> Insight:
    return Insight(
        instance=settings.INSTANCE_ID,
        scope=scope,
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
        first_told_at=now,
        last_told_at=now,
    )


def _facts_replace(payload: InsightsAggregated) -> None:
    SharedFact.objects.filter(instance=settings.INSTANCE_ID).delete()
    rows: dict[tuple[str, str], dict[str, Any]] = {
        (fact.subject, fact.key): {**fact.model_dump(), "language": fact.language or ""}
        for fact in payload.facts
    }
    SharedFact.objects.bulk_create(
        SharedFact(instance=settings.INSTANCE_ID, **row) for row in rows.values()
    )


def _lock(what: str) -> None:
    """One at a time for each thing that is told, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"guidance:{settings.INSTANCE_ID}:{what}"])
