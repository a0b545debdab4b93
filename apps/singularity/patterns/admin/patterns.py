"""Code patterns: the list, and one with all that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Case, IntegerField, QuerySet, When
from django.http import HttpRequest

from apps.shared.core.admin.base import InstanceAdmin
from apps.shared.dashboard.code import code_styles
from apps.singularity.ingestion.admin.filters import CodebaseFilter, LanguageFilter
from apps.singularity.patterns.admin.chips import kind_chips
from apps.singularity.patterns.admin.examples import examples_shown
from apps.singularity.patterns.admin.filters import HoldsFilter, KindFilter
from apps.singularity.patterns.admin.mining import head, mine_now
from apps.singularity.patterns.admin.places import place_page
from apps.singularity.patterns.display.rules import rule_yaml
from apps.singularity.patterns.engine.mined import PatternKind
from apps.singularity.patterns.models import CodePattern
from apps.singularity.patterns.selectors import pattern_known, recent_support

SPARK_POINTS = 60
BREAKS_SHOWN = 50
ORDERS = (
    ("First of each kind", ""),
    ("Most used", "occurrences"),
    ("In most files", "files"),
    ("Surest", "confidence"),
    ("Newest", "first_seen_at"),
)
"""Names of orders, with the column that each goes down."""
_BY_KIND = Case(
    *(When(kind=kind.value, then=place) for place, kind in enumerate(PatternKind)),
    output_field=IntegerField(),
)
"""Idioms before what is counted; scores of different kinds do not compare."""
EXAMPLES_TITLES = {"rule": "Places that keep it", "convention": "Places that do otherwise"}
FACTS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("kept", "Kept by", str),
    ("lift", "Lift", "{:,.1f}".format),
    ("expected", "By chance", lambda share: f"{100 * share:.1f} %"),
    ("bits", "Bits of information", "{:,.0f}".format),
    ("degree", "Likeness", str),
    ("tokens", "Tokens", "{:,}".format),
)
"""Details that a pattern may have, what to call them, and how to write them."""


@admin.register(CodePattern)
class PatternAdmin(InstanceAdmin):
    """What the code repeats: idioms, API usage, rules, conventions, clones."""

    list_display = ("template", "occurrences", "files", "confidence", "first_seen_at")
    list_filter = (("codebase", CodebaseFilter), KindFilter, LanguageFilter, HoldsFilter)
    list_select_related = ("codebase",)
    list_per_page = 25
    search_fields = ("template", "signature")
    search_help_text = "Words of the template"
    ordering = ("rank", _BY_KIND.asc(), "-score", "id")
    change_list_template = "patterns/patterns.html"
    change_form_template = "patterns/pattern.html"
    list_before_template = ""
    custom_urls = (
        ("place", "patterns_place", place_page),
        ("mine", "patterns_mine", mine_now),
    )
    fields = ("codebase", "signature", "rank", "score", "revision", "first_seen_at", "last_seen_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CodePattern]:
        """Patterns with the course of their support; one's page loads its own details."""
        rows: QuerySet[CodePattern] = super().get_queryset(request)
        return rows.defer("details").prefetch_related(recent_support(SPARK_POINTS))

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """The number of patterns of each kind, and the orders."""
        return head(request) | {
            "code_styles": code_styles(),
            "kinds": kind_chips(request, changes, by=KindFilter),
            "orders": _orders(request, changes),
        }

    def row_context(self, request: HttpRequest, row: CodePattern) -> dict[str, Any]:
        """All that is known of one pattern."""
        return _page(request, row)


def _orders(request: HttpRequest, changes: Any) -> list[dict[str, Any]]:
    """The orders with their addresses: a list names its columns by their numbers."""
    columns = [
        (name, column and f"-{changes.list_display.index(column)}") for name, column in ORDERS
    ]
    return [
        {
            "name": name,
            "current": request.GET.get("o", "") == order,
            "address": changes.get_query_string({"o": order}, ["p"])
            if order
            else changes.get_query_string(remove=["o", "p"]),
        }
        for name, order in columns
    ]


def _page(request: HttpRequest, pattern: CodePattern) -> dict[str, Any]:
    known = pattern_known(signature=pattern.signature)
    breaks = pattern.findings.filter(instance=settings.INSTANCE_ID, withdrawn_at=None)
    return head(request, codebase=pattern.codebase) | {
        "code_styles": code_styles(),
        "trend": (trend := known.trend.get(pattern.pk, []) if known else []),
        "highest": max((point.occurrences for point in trend), default=0),
        "elsewhere": [row for row in known.rows if row.pk != pattern.pk] if known else [],
        "ast_grep": rule_yaml(
            pattern.details.get("ast_grep"),
            signature=pattern.signature,
            language=pattern.language,
        ),
        "numbers": _numbers(pattern.details),
        "choices": pattern.details.get("choices", []),
        "examples_title": EXAMPLES_TITLES.get(pattern.kind, "Examples"),
        "examples": examples_shown(request, codebase=pattern.codebase, places=pattern.examples),
        "breaks": breaks[:BREAKS_SHOWN],
        "breaks_more": max(0, breaks.count() - BREAKS_SHOWN),
    }


def _numbers(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What only this kind has, as far as it is numbers or words."""
    kept = {"kept": f"{details['holds']:,} of {details['applies']:,}"} if "holds" in details else {}
    given = {**details, **kept}
    return [(name, write(given[key])) for key, name, write in FACTS if key in given]
