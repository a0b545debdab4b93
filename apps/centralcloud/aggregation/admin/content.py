"""How the content of facts and contributions is shown."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from apps.centralcloud.aggregation.models import Contribution, GlobalFact, Subject
from apps.centralcloud.fleet.admin.base import FleetAdmin
from apps.shared.dashboard.code import code_styles, pattern_html

BY_SUBJECT: tuple[Any, ...] = ("subject", ChoicesDropdownFilter)


class ContentAdmin(FleetAdmin):
    """Rows with content, coloured where it is code."""

    list_before_template = "aggregation/style.html"
    change_form_before_template = "aggregation/style.html"

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """How code is coloured."""
        return {"code_styles": code_styles()}

    def row_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """How code is coloured."""
        return {"code_styles": code_styles()}


def content_html(row: GlobalFact | Contribution) -> SafeString:
    """What it is, in small, and its content: a pattern as code, anything else as a name."""
    about = row.kind or Subject(row.subject).label.lower()
    return format_html(
        '<div class="fact-told"><span class="text-subtle text-xs">{}{}</span>{}</div>',
        about,
        f", {row.language}" if row.language else "",
        pattern_html(row.kind, row.language, row.name)
        if row.subject == Subject.PATTERN
        else format_html("<span>{}</span>", row.name),
    )


def percent(share: float) -> str:
    """A share as a whole percentage, never 100 for less than all."""
    return f"{min(round(100 * share), 99) if share < 1 else 100} %"
