"""Insights as words."""

from __future__ import annotations

from django import template

from apps.singularity.guidance.display.kinds import KINDS, SUBJECTS, versions
from apps.singularity.guidance.models import Insight, SharedFact

register = template.Library()
register.filter("versions_text", versions)


@register.filter
def insight_kind(kind: str) -> str:
    """A kind of insight as people call it."""
    return KINDS.get(kind, kind)


@register.filter
def score(value: float | None) -> str:
    """A model's number; a dash where it was not measured."""
    return "-" if value is None else f"{value:.4f}"


@register.filter
def fact_name(row: Insight | SharedFact) -> str:
    """What a fact or an insight is about: a pattern's kind, or the kind of its subject."""
    kind = row.subject_kind if isinstance(row, Insight) else row.kind
    if row.subject == "pattern" and kind:
        return kind.replace("_", " ")
    return SUBJECTS.get(row.subject, row.subject)
