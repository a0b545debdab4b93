"""The search page: words in, chunks out, each with why it was found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse

from apps.singularity.ingestion import selectors
from apps.singularity.ingestion.admin.filters import KIND_CHOICES, LANGUAGE_CHOICES
from apps.singularity.ingestion.engine.lexical import PathGlobError
from apps.singularity.ingestion.engine.snippet import Snippet
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.selectors.filters import SearchFilters, UnknownCodebase

RESULTS = 20
RESULTS_IN_PLACE = 5
"""Below the box of the first page."""

Piece = tuple[str, bool]


def search_page(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Search this instance's code; the query and its filters stand in the address.

    The first page's box asks for the results alone, to show them where it stands.
    """
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    query = request.GET.get("q", "")
    in_place = request.headers.get("HX-Request") == "true"
    limit = RESULTS_IN_PLACE if in_place else RESULTS
    answer = _answer(query, _filters(request.GET), limit) if query.strip() else {}
    if in_place:
        answer["all_url"] = request.get_full_path() if answer else ""
        return TemplateResponse(request, "ingestion/results.html", answer)
    names = Codebase.objects.filter(instance=settings.INSTANCE_ID).values_list("name", flat=True)
    choices = {
        "language": [name for name, _ in LANGUAGE_CHOICES],
        "kind": [kind for kind, _ in KIND_CHOICES],
        "codebase": list(names),
    }
    context = model_admin.admin_site.each_context(request) | {
        "title": "Search",
        "query": query,
        "selects": [(name, request.GET.get(name, ""), values) for name, values in choices.items()],
        "path": request.GET.get("path", ""),
        **answer,
    }
    return TemplateResponse(request, "ingestion/search.html", context)


def _filters(asked: QueryDict) -> SearchFilters:
    language, kind = asked.get("language", ""), asked.get("kind", "")
    return SearchFilters(
        languages=(language,) if language else (),
        kinds=(kind,) if kind else (),
        path=asked.get("path", "").strip(),
        codebase=asked.get("codebase", ""),
    )


def _answer(query: str, filters: SearchFilters, limit: int) -> dict[str, Any]:
    """Results and notice for the template; a filter that cannot be used is the notice."""
    try:
        result = selectors.chunks_search(
            instance=settings.INSTANCE_ID, query=query, filters=filters, limit=limit
        )
    except (UnknownCodebase, PathGlobError) as error:
        return {"asked": True, "results": [], "notice": f"Nothing was searched: {error}."}
    results = [{"hit": hit, "lines": list(marked_lines(hit.snippet))} for hit in result.hits]
    return {"asked": True, "results": results, "notice": result.notice, "model": result.model}


def marked_lines(snippet: Snippet) -> Iterator[tuple[int, list[Piece]]]:
    """Line number and pieces of each line; a piece is a text and whether it matches the query."""
    start = 0
    for offset, line in enumerate(snippet.text.split("\n")):
        yield snippet.first_line + offset, list(_pieces(line, start, snippet.highlights))
        start += len(line) + 1


def _pieces(line: str, start: int, spans: tuple[tuple[int, int], ...]) -> Iterator[Piece]:
    """Cut a line, which begins at character ``start``, at the spans that fall into it."""
    at = 0
    for span in spans:
        first, last = max(span[0] - start, at), min(span[1] - start, len(line))
        if first >= last:
            continue
        if first > at:
            yield line[at:first], False
        yield line[first:last], True
        at = last
    if at < len(line):
        yield line[at:], False
