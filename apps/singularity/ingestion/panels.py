"""What the dashboard shows of ingestion, and its part of the sidebar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.shared.core.admin.base import list_url
from apps.shared.core.jobs.status import JobStatus, Measure, jobs_active
from apps.shared.dashboard.frame import Panel, once
from apps.shared.dashboard.sidebar import Group, Item
from apps.singularity.ingestion.engine.skips import SkipReason
from apps.singularity.ingestion.models import Codebase, File
from apps.singularity.ingestion.selectors.totals import (
    Position,
    Totals,
    codebase_totals,
    codebases_position,
    instance_vectors,
    totals_sum,
)
from apps.singularity.ingestion.services import INGEST

CODEBASES_SHOWN = 50
LANGUAGES_SHOWN = 10

INGEST_MEASURE = Measure(done="read", total="pending", unit="files", also=("chunks",))
EMBED_MEASURE = Measure(
    done="vectors", total="texts", unit="vectors", before="vectors_before"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """A named count and its share of the largest, 0 to 100."""

    name: str
    count: int
    share: float
    address: str
    note: str = ""


def bars(counts: Mapping[str, int], **filters: str) -> list[Bar]:
    """The most frequent languages; each leads to the list of its files."""
    shown = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:LANGUAGES_SHOWN]
    whole = sum(counts.values())
    return [
        Bar(name, count, 100 * count / whole, list_url(File, **filters, language=name))
        for name, count in shown
    ]


def reasons(counts: Mapping[str, int], **filters: str) -> list[Bar]:
    """Why paths are left out; each leads to the list of them."""
    shown = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    whole = sum(counts.values())
    return [
        Bar(
            reason,
            count,
            100 * count / whole,
            list_url(File, **filters, state__exact=File.State.SKIPPED, reason__exact=reason),
            SkipReason(reason).sentence,
        )
        for reason, count in shown
    ]


def _position(request: HttpRequest) -> Position:
    return once(request, "position", lambda: codebases_position(instance=settings.INSTANCE_ID))


def _totals(request: HttpRequest) -> dict[int, Totals]:
    def count() -> dict[int, Totals]:
        return codebase_totals(instance=settings.INSTANCE_ID, position=_position(request))

    return once(request, "totals", count)


def _start(request: HttpRequest) -> dict[str, Any]:
    return {} if _totals(request) else {"instance": settings.INSTANCE_ID}


def _search(request: HttpRequest) -> dict[str, Any]:
    return {"ready": True} if _totals(request) else {}


def _numbers(request: HttpRequest) -> dict[str, Any]:
    totals = _totals(request)
    if not totals:
        return {}
    return {
        "codebases": len(totals),
        "all": totals_sum(totals),
        "vectors": instance_vectors(instance=settings.INSTANCE_ID, position=_position(request)),
    }


def _codebases(request: HttpRequest) -> dict[str, Any]:
    totals = _totals(request)
    if not totals:
        return {}
    running = _running_by_key()
    rows = Codebase.objects.filter(instance=settings.INSTANCE_ID)[:CODEBASES_SHOWN]
    return {
        "codebases": [
            {
                "row": row,
                "totals": totals.get(row.pk, Totals()),
                "languages": bars(totals.get(row.pk, Totals()).languages),
                "job": running.get(f"codebase:{row.pk}"),
            }
            for row in rows
        ],
        "more": len(totals) - CODEBASES_SHOWN,
    }


def _running_by_key() -> dict[str, JobStatus]:
    """The unfinished ingests by what they work on; a running one before one that waits."""
    active = jobs_active(instance=settings.INSTANCE_ID, kind=INGEST)
    return {status.job.key: status for status in reversed(active)}


def _languages(request: HttpRequest) -> dict[str, Any]:
    languages = totals_sum(_totals(request)).languages
    shown = bars(languages)
    rest = languages.total() - sum(bar.count for bar in shown)
    return {"bars": shown, "rest": rest, "others": len(languages) - len(shown)} if shown else {}


def _left_out(request: HttpRequest) -> dict[str, Any]:
    shown = reasons(totals_sum(_totals(request)).skipped)
    return {"bars": shown} if shown else {}


START = Panel("start", "Nothing is learned yet", "ingestion/start.html", _start, live=True)
SEARCH = Panel("search", "", "ingestion/search_box.html", _search)
NUMBERS = Panel("numbers", "", "ingestion/numbers.html", _numbers, live=True)
CODEBASES = Panel("codebases", "Code bases", "ingestion/codebases.html", _codebases, live=True)
LANGUAGES = Panel(
    "languages", "Languages, by files", "ingestion/languages.html", _languages, 6, live=True
)  # fmt: skip
LEFT_OUT = Panel(
    "left-out", "Left out, and why", "ingestion/left_out.html", _left_out, 6, live=True
)  # fmt: skip

SIDEBAR = Group(
    "Code",
    (
        Item("Search", "search", "admin:ingestion_search", "ingestion.view_chunk"),
        Item(
            "Code bases",
            "folder_code",
            "admin:ingestion_codebase_changelist",
            "ingestion.view_codebase",
        ),
        Item("Files", "draft", "admin:ingestion_file_changelist", "ingestion.view_file"),
        Item("Chunks", "data_object", "admin:ingestion_chunk_changelist", "ingestion.view_chunk"),
        Item(
            "Embedding generations",
            "scatter_plot",
            "admin:ingestion_embeddinggeneration_changelist",
            "ingestion.view_embeddinggeneration",
        ),
        Item(
            "Dependencies",
            "package_2",
            "admin:ingestion_declareddependency_changelist",
            "ingestion.view_declareddependency",
        ),
        Item(
            "Secrets scrubbed",
            "encrypted",
            "admin:ingestion_secretfinding_changelist",
            "ingestion.view_secretfinding",
        ),
    ),
)
