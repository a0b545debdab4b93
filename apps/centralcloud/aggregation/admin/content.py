"""How the content of facts and contributions is shown."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from apps.centralcloud.aggregation.models import Contribution, GlobalFact, Subject

STYLE = "aggregation/style.html"
BY_SUBJECT: tuple[Any, ...] = ("subject", ChoicesDropdownFilter)


def content_html(row: GlobalFact | Contribution) -> SafeString:
    """What it is, in small, and its content: a pattern as code, anything else as a name."""
    about = row.kind or Subject(row.subject).label.lower()
    form = '<pre class="fact-code"><code>{}</code></pre>'
    return format_html(
        '<div class="fact-told"><span class="text-subtle text-xs">{}{}</span>{}</div>',
        about,
        f", {row.language}" if row.language else "",
        format_html(form if row.subject == Subject.PATTERN else "<span>{}</span>", row.name),
    )


def percent(share: float) -> str:
    """A share as a whole percentage, never 100 for less than all."""
    return f"{min(round(100 * share), 99) if share < 1 else 100} %"
