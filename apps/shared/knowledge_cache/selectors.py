"""When what answers derive from last changed."""

from __future__ import annotations

from datetime import datetime

from apps.shared.knowledge_cache.models import Source


def source_changed_at(name: str) -> datetime | None:
    """When a source last changed; None where it never has since the database was made."""
    return Source.objects.filter(name=name).values_list("changed_at", flat=True).first()
