"""Keep what Centralcloud says of packages: of each thing it says, the newest revision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.shared.contracts.payloads.insights import AdvisoryPublished
from apps.singularity.guidance.models import Advisory
from apps.singularity.guidance.selectors import own

_CONTENT = (
    "revision", "kind", "purl", "name", "advisory", "affected", "fixed", "severity", "summary",
    "published_at", "over", "last_told_at",
)  # fmt: skip
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@transaction.atomic
def advisories_apply(*, payloads: Sequence[AdvisoryPublished]) -> int:
    """Keep those that are news; returns how many were.

    Messages may come twice, late and in any order. All that holds is told again every day, so a row
    goes that was not told of as long as the retention is, whether it was over or its end was missed
    while this instance was away. While nothing comes at all, nothing goes.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"guidance:{settings.INSTANCE_ID}:advisories"])
    now = timezone.now()
    newest = {one.id: one for one in sorted(payloads, key=lambda one: one.revision)}
    known = dict(own(Advisory).filter(key__in=newest).values_list("key", "revision"))
    news = [one for key, one in newest.items() if one.revision > known.get(key, -1)]
    again = [key for key, one in newest.items() if one.revision == known.get(key)]
    own(Advisory).filter(key__in=again).update(last_told_at=now)
    Advisory.objects.bulk_create(
        [_row(one, now) for one in news],
        update_conflicts=True,
        unique_fields=["instance", "key"],
        update_fields=_CONTENT,
    )
    old = now - timedelta(days=settings.RETENTION_DAYS)
    own(Advisory).filter(last_told_at__lt=old).delete()
    return len(news)


def _row(payload: AdvisoryPublished, now: datetime) -> Advisory:
    said = payload.model_dump(exclude={"id", "package", "affected", "fixed"})
    return Advisory(
        instance=settings.INSTANCE_ID,
        key=payload.id,
        purl=payload.package,
        affected=list(payload.affected),
        fixed=list(payload.fixed),
        first_told_at=now,
        last_told_at=now,
        **said,
    )
