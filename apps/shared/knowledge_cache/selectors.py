"""What is kept and where it was found, when sources changed, and which copies there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.db.models import Count, Min, QuerySet, Sum

from apps.shared.knowledge_cache.models import Copy, Entry, Source, Tally


def source_changed_at(name: str) -> datetime | None:
    """When a source last changed; None where it never has since the database was made."""
    return Source.objects.filter(name=name).values_list("changed_at", flat=True).first()


def copies_kinds() -> list[str]:
    """Kinds of answers that this site keeps copies of."""
    kinds: list[str] = import_module(settings.SITE_WIRING).COPIES
    return kinds


def copies_told(*, instance: str, kinds: Collection[str]) -> QuerySet[Copy]:
    """Copies that hold, of what Centralcloud tells all; not of what this instance asked itself."""
    rows = Copy.objects.filter(instance=instance, kind__in=kinds, own=False)
    return rows.filter(value__isnull=False).order_by("kind", "key")


@dataclass(frozen=True, slots=True)
class Held:
    """Answers kept in the database: how many, bytes of JSON, when the oldest was worked out."""

    entries: int
    bytes: int
    oldest: datetime | None


def entries_held() -> Held:
    """All that is kept now, in one query."""
    found = Entry.objects.order_by().aggregate(
        entries=Count("id"), size=Sum("bytes"), oldest=Min("made_at")
    )
    return Held(found["entries"], found["size"] or 0, found["oldest"])


@dataclass(frozen=True, slots=True)
class Shown:
    """Where answers of a kind were found; ``share`` (0 to 1) of them needed no working out."""

    kind: str
    near: int
    kept: int
    made: int
    share: float


def tallies_shown() -> list[Shown]:
    """By kind, as far as what was found near has been counted."""
    return [
        Shown(one.kind, one.near, one.kept, one.made, _share(one.near + one.kept, one.made))
        for one in Tally.objects.order_by("kind")
    ]


def _share(found: int, made: int) -> float:
    return found / (found + made) if found + made else 0.0
