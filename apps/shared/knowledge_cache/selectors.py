"""When what answers derive from last changed, and which copies there are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.db.models import QuerySet

from apps.shared.knowledge_cache.models import Copy, Source


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
