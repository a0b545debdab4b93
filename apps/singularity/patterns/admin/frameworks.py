"""What a code base is built with, by category, each with its evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.contrib import admin

from apps.singularity.patterns.admin.pages import CodebasePageAdmin
from apps.singularity.patterns.models import DataSchema, Framework
from apps.singularity.patterns.selectors import holding


@admin.register(Framework)
class FrameworkAdmin(CodebasePageAdmin):
    """Frameworks, tools and data schemas."""

    page_title = "Frameworks"
    page_template = "patterns/frameworks.html"

    def page_context(self, codebase: Any) -> Mapping[str, Any]:
        """Frameworks by category, and schemas."""
        rows = holding(Framework).filter(codebase=codebase)
        ordered = list(rows.order_by("category", "-confidence", "name"))
        return {
            "categories": [
                {"name": name, "frameworks": [_shown(row) for row in group]}
                for name, group in groupby(ordered, key=lambda row: row.category)
            ],
            "schemas": list(holding(DataSchema).filter(codebase=codebase)),
        }


def _shown(framework: Framework) -> dict[str, Any]:
    return {"row": framework, "kinds": evidence_kinds(framework.evidence)}


def evidence_kinds(evidence: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Each kind of evidence with how much there is of it."""
    return list(Counter(str(one["kind"]) for one in evidence).items())
