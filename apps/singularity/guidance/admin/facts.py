"""What the fleet has."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.decorators import display

from apps.shared.core.admin.base import InstanceAdmin
from apps.shared.dashboard.code import code_styles, pattern_html
from apps.singularity.guidance.admin.filters import SubjectFilter
from apps.singularity.guidance.models import SharedFact
from apps.singularity.guidance.templatetags.guidance import fact_name

TITLE = 160


@admin.register(SharedFact)
class SharedFactAdmin(InstanceAdmin):
    """Patterns, frameworks and packages that several instances have, those of most first."""

    list_display = ("title", "about", "having", "occurrences", "trending", "first_seen_at")
    list_filter = (SubjectFilter,)
    search_fields = ("name", "key")
    search_help_text = "Words of the name"
    ordering = ("-instances", "-confidence", "id")

    list_before_template = "guidance/facts_style.html"

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """The colours of patterns."""
        return {"code_styles": code_styles()}

    @display(description="fact")
    def title(self, fact: SharedFact) -> str:
        """A pattern's first lines as code, else the name."""
        if fact.subject != "pattern":
            return fact.name[:TITLE]
        code = pattern_html(fact.kind, fact.language, fact.name)
        return format_html('<div class="mined-clip mined-short">{}</div>', code)

    @display(description="about")
    def about(self, fact: SharedFact) -> str:
        """What kind of fact."""
        return " ".join(part for part in (fact.language, fact_name(fact)) if part)

    @display(description="instances", ordering="instances")
    def having(self, fact: SharedFact) -> str:
        """How many of those that could."""
        return f"{fact.instances:,} of {fact.eligible:,}"

    @display(description="four weeks", ordering="trend")
    def trending(self, fact: SharedFact) -> str:
        """How many more have it than four weeks ago."""
        return f"{fact.trend:+,}" if fact.trend else "same"
