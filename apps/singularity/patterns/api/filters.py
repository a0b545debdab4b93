"""Filters of the lists of what was learned."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.patterns.engine.mined import PatternKind
from apps.singularity.patterns.models import CodePattern
from apps.singularity.patterns.selectors import codebase_wanted


def codebase_or_400(reference: str) -> Any:
    """The code base that a parameter names; 400 where there is none of the name or id."""
    try:
        return codebase_wanted(reference=reference)
    except UnknownCodebase as error:
        raise ValidationError({"codebase": [str(error)]}) from None


class CodebaseFilter(filters.FilterSet):
    """Filters of every list: one code base."""

    codebase = filters.CharFilter(method="in_codebase", help_text="Name or id of a code base.")

    def in_codebase(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Rows of one code base."""
        return rows.filter(codebase=codebase_or_400(value))


class LearnedFilter(CodebaseFilter):
    """Filters of lists of facts: only those that hold, unless the others are asked for too."""

    withdrawn = filters.BooleanFilter(
        method="also_withdrawn", help_text="Whether to list facts too that hold no more."
    )

    def also_withdrawn(self, rows: QuerySet[Any], _name: str, _value: bool) -> QuerySet[Any]:  # noqa: FBT001  django-filter passes it so
        """Nothing more to leave out: ``filter_queryset`` has."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave out what was withdrawn, then filter."""
        if not self.form.cleaned_data.get("withdrawn"):
            queryset = queryset.filter(withdrawn_at=None)
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return rows


class ConfidentFilter(LearnedFilter):
    """Filters of facts that are more or less sure."""

    min_confidence = filters.NumberFilter(
        field_name="confidence", lookup_expr="gte", min_value=0, max_value=1,
        help_text="Least confidence, between 0 and 1.",
    )  # fmt: skip


class PatternFilter(ConfidentFilter):
    """Filters and orders of the pattern list."""

    kind = filters.ChoiceFilter(
        choices=[(kind.value, kind.value) for kind in PatternKind],
        help_text="What sort of pattern it is.",
    )
    language = filters.CharFilter(help_text="Exact name of a language.")
    min_occurrences = filters.NumberFilter(
        field_name="occurrences", lookup_expr="gte", min_value=0, max_value=2**31 - 1,
        help_text="Least number of occurrences.",
    )  # fmt: skip
    signature = filters.CharFilter(lookup_expr="startswith", help_text="Start of the signature.")
    q = filters.CharFilter(method="with_words", help_text="Words that the template has, all.")
    ordering = filters.OrderingFilter(
        fields=(
            ("rank", "rank"),
            ("score", "score"),
            ("occurrences", "occurrences"),
            ("last_seen_at", "last_seen"),
        )
    )

    class Meta:
        model = CodePattern
        fields: tuple[str, ...] = ()

    def with_words(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Patterns whose template has every word."""
        words = (Q(template__icontains=word) for word in value.split())
        return rows.filter(*words)


class FrameworkFilter(ConfidentFilter):
    """Filters of the framework list."""

    category = filters.CharFilter(help_text="Exact name of a category.")
    role = filters.CharFilter(help_text="`used`, or `self` for what the code base itself is.")
    key = filters.CharFilter(help_text="Exact key of a framework.")


class ArchitectureFilter(ConfidentFilter):
    """Filters of the list of architecture patterns."""

    key = filters.CharFilter(help_text="Exact key of an architecture pattern.")


class ChangeFilter(CodebaseFilter):
    """Filters of the drift list."""

    kind = filters.CharFilter(help_text="Exact kind of change.")


class FindingFilter(LearnedFilter):
    """Filters of the finding list."""

    path = filters.CharFilter(lookup_expr="startswith", help_text="Start of the path.")
    pattern = filters.CharFilter(
        field_name="pattern__signature", help_text="Signature of the broken rule."
    )
