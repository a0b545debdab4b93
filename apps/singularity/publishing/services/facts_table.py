"""Note what became of facts, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone

from apps.singularity.publishing.models import PublishedFact, PublishedState

_BATCH = 10_000
_STORE = """
    INSERT INTO publishing_publishedfact AS old (state_id, key, told, refused, first_seen_at)
    SELECT %s, key, told, refused, %s FROM unnest(%s::text[], %s::boolean[], %s::text[])
        AS given (key, told, refused)
    ON CONFLICT (state_id, key) DO UPDATE
    SET told = excluded.told OR (old.told AND NOT %s), refused = excluded.refused
    WHERE old.told <> excluded.told OR old.refused <> excluded.refused"""
_FORGET = "DELETE FROM publishing_publishedfact WHERE state_id = %s AND key <> ALL(%s)"


def facts_store(
    *,
    state: PublishedState,
    told: Sequence[str],
    refused: Mapping[str, str],
    complete: bool,
) -> None:
    """Note facts as told, or as refused with their reasons.

    Args:
        complete: these are all; what was told before counts no more.
    """
    rows = [(key, True, "") for key in told]
    rows += [(key, False, reason) for key, reason in refused.items()]
    now = timezone.now()
    with connection.cursor() as cursor:
        if complete:
            cursor.execute(_FORGET, [state.pk, [key for key, _, _ in rows]])
        for start in range(0, len(rows), _BATCH):
            keys, tolds, reasons = zip(*rows[start : start + _BATCH], strict=True)
            given = [list(keys), list(tolds), list(reasons)]
            cursor.execute(_STORE, [state.pk, now, *given, complete])


def facts_gone(*, state: PublishedState, keys: Sequence[str]) -> None:
    """Note that facts hold no more: nothing of them is refused any longer."""
    for batch in _batches(keys):
        rows = PublishedFact.objects.filter(state=state, key__in=batch).exclude(refused="")
        rows.filter(told=False).delete()
        rows.update(refused="")


def facts_told(*, state: PublishedState, keys: Sequence[str]) -> Iterator[str]:
    """Those of the keys that were told since the last complete statement."""
    rows = PublishedFact.objects.filter(state=state, told=True)
    for batch in _batches(keys):
        yield from rows.filter(key__in=batch).values_list("key", flat=True)


def facts_refused(*, state: PublishedState) -> list[str]:
    """The keys of facts that were refused when last looked at."""
    rows = PublishedFact.objects.filter(state=state).exclude(refused="")
    return list(rows.values_list("key", flat=True))


def facts_first_seen(*, state: PublishedState) -> dict[str, datetime]:
    """When each fact was first looked at."""
    return dict(PublishedFact.objects.filter(state=state).values_list("key", "first_seen_at"))


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]
