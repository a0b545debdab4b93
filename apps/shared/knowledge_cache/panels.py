"""What the dashboard shows of cached answers, and their part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Max, Min
from django.http import HttpRequest
from django.utils import timezone

from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item
from apps.shared.knowledge_cache.near import near
from apps.shared.knowledge_cache.selectors import (
    copies_kinds,
    copies_told,
    entries_held,
    tallies_shown,
)


def _knowledge(_request: HttpRequest) -> dict[str, Any]:
    """Four queries, and a ping of the server of near copies."""
    now, kinds, held = timezone.now(), copies_kinds(), entries_held()
    told = copies_told(instance=settings.IDENTITY.name, kinds=kinds).order_by()
    ages = told.aggregate(newest=Max("answered_at"), oldest=Min("answered_at"))
    return {
        "near_up": near().is_up(),
        "tallies": tallies_shown(),
        "entries": held.entries,
        "bytes": held.bytes,
        "oldest": now - held.oldest if held.oldest else None,
        "copies": told.count() if kinds else None,
        "copies_newest": now - ages["newest"] if ages["newest"] else None,
        "copies_oldest": now - ages["oldest"] if ages["oldest"] else None,
    }


KNOWLEDGE = Panel(
    "knowledge", "Knowledge cache", "knowledge_cache/knowledge.html", _knowledge, later=True
)

SIDEBAR = Group(
    "Knowledge cache",
    (
        Item(
            "Cached answers",
            "cached",
            "admin:knowledge_cache_entry_changelist",
            "knowledge_cache.view_entry",
        ),
        Item(
            "Copies",
            "content_copy",
            "admin:knowledge_cache_copy_changelist",
            "knowledge_cache.view_copy",
        ),
        Item(
            "Where answers were found",
            "monitoring",
            "admin:knowledge_cache_tally_changelist",
            "knowledge_cache.view_tally",
        ),
    ),
)
