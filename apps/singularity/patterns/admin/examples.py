"""The code at places, for those who may see code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.singularity.ingestion.admin.code import code_html
from apps.singularity.ingestion.selectors.places import Excerpt, Place, excerpts

LINES_SHOWN = 40


def examples_shown(
    request: HttpRequest, *, codebase: Any, places: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Places with their code, at most ``LINES_SHOWN`` lines of each."""
    standing = [
        Place(codebase.pk, place["path"], place["start_line"], place["end_line"])
        for place in places
    ]
    if not request.user.has_perm("ingestion.view_chunk"):
        return [{"place": place} for place in standing]
    found = excerpts(instance=settings.INSTANCE_ID, places=map(_beginning, standing))
    return [
        {
            "place": place,
            "code": _coloured(found.get(_beginning(place))),
            "more_lines": place.end_line - _beginning(place).end_line,
        }
        for place in standing
    ]


def _beginning(place: Place) -> Place:
    last = min(place.end_line, place.start_line + LINES_SHOWN - 1)
    return Place(place.codebase, place.path, place.start_line, last)


def _coloured(excerpt: Excerpt | None) -> str:
    if excerpt is None:
        return ""
    return code_html(excerpt.text, language=excerpt.language, first_line=excerpt.first_line)
