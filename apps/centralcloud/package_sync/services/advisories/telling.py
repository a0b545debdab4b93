"""Tell instances which versions in use are vulnerable, withdrawn or deprecated.

What is told says nothing of who has it. It is told to all instances, so it is only told

- of packages that are ``shown``: enough instances declare them, or an admin wants them, or such a
  package depends on them;
- of versions that their registry has published, without a count: that a version is in use
  somewhere in the fleet is all that can be read from it. A version that no registry knows is
  nobody's business and never told. One that a single instance has is told, for that instance has
  to hear of it.

A package that is not shown any more but still used is not spoken of again, not even to say that
what was told is over: that would be wrong for whoever still has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.centralcloud.package_sync.models import AdvisoryTelling, Package, Use
from apps.centralcloud.package_sync.services.advisories.facts import LONGEST_NAME, Fact, facts_of
from apps.shared.contracts.payloads.insights import AdvisoryPublished
from apps.shared.contracts.revisions import next_revision
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.services.outbox import outbox_replace
from apps.shared.packages.names import full_name

PACKAGES_AT_ONCE = 100
AGAIN_AFTER = timedelta(days=1)
"""What has not changed is told again after this, and what is over until ``RETENTION_DAYS`` after
its end: the stream keeps a limited number of messages, and instances that were enrolled since, or
were away for long, must hear of all."""
OVER = ""
"""The digest of what holds no more."""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('package_sync:telling', 0))"
_USED = Exists(Use.objects.filter(package=OuterRef("pk")))
_TOLD = Exists(AdvisoryTelling.objects.filter(package=OuterRef("pk")))


def advisories_tell(*, now: datetime | None = None) -> dict[str, int]:
    """Put what is news into the outbox, and what is over; safe beside another that does the same.

    Returns how many packages were looked at, facts that hold, messages, and those that end one.
    """
    numbers = {"packages": 0, "facts": 0, "messages": 0, "over": 0}
    if not queueing():
        return numbers
    at = now or timezone.now()
    _forget(at - timedelta(days=settings.RETENTION_DAYS))
    for packages in _batches():
        for name, number in _tell(packages, at).items():
            numbers[name] += number
    return numbers


def _forget(old: datetime) -> None:
    """Let go of what ended before; revisions are times, so that of its end says when that was."""
    AdvisoryTelling.objects.filter(
        digest=OVER, revision__lt=next_revision(now=old, last=0)
    ).delete()


def _batches() -> Iterator[list[int]]:
    """Packages of which something is or was to be told, by their primary keys."""
    told = Package.objects.filter(_TOLD | (Q(shown=True) & _USED)).order_by("pk")
    last = 0
    while packages := list(
        told.filter(pk__gt=last).values_list("pk", flat=True)[:PACKAGES_AT_ONCE]
    ):
        yield packages
        last = packages[-1]


@transaction.atomic
def _tell(ids: Sequence[int], now: datetime) -> dict[str, int]:
    """Facts are read under the lock: a run that began earlier cannot tell something older."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    packages = Package.objects.filter(pk__in=ids)
    facts = {one.payload.id: one for one in facts_of(packages=list(packages.filter(shown=True)))}
    tellings = {row.key: row for row in AdvisoryTelling.objects.filter(package__in=ids)}
    told = sum(_tell_fact(fact, tellings.get(key), now) for key, fact in facts.items())
    quiet = set(packages.filter(_USED, shown=False).values_list("pk", flat=True))
    purls = dict(packages.values_list("pk", "purl"))
    over = sum(
        _tell_end(row, purls[row.package_id], now)
        for key, row in tellings.items()
        if key not in facts and row.package_id not in quiet
    )
    return {"packages": len(ids), "facts": len(facts), "messages": told + over, "over": over}


def _tell_fact(fact: Fact, telling: AdvisoryTelling | None, now: datetime) -> bool:
    row = telling or AdvisoryTelling(
        key=fact.payload.id, package_id=fact.package, kind=fact.payload.kind, revision=0
    )
    digest = hashlib.sha256(fact.payload.model_dump_json().encode()).hexdigest()
    return _tell_due(fact.payload, row, digest, now)


def _tell_end(row: AdvisoryTelling, purl: str, now: datetime) -> bool:
    over = AdvisoryPublished(
        id=row.key,
        revision=0,
        kind=row.kind,  # type: ignore[arg-type]  # as it was told
        package=purl,
        name=full_name(purl)[:LONGEST_NAME],
        over=True,
    )
    return _tell_due(over, row, OVER, now)


def _tell_due(payload: AdvisoryPublished, row: AdvisoryTelling, digest: str, now: datetime) -> bool:
    """Tell what is news, and what was told long ago; whether that was so."""
    if row.digest != digest:
        row.revision, row.digest = next_revision(now=now, last=row.revision), digest
    elif row.sent_at and row.sent_at > now - AGAIN_AFTER:
        return False
    row.sent_at = now
    row.save()
    outbox_replace(
        payload=payload.model_copy(update={"revision": row.revision}),
        state_key=f"advisory:{row.key}",
    )
    return True
