"""Templates, courses, places and times as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from apps.shared.dashboard.code import pattern_html
from apps.singularity.patterns.display.charts import step_chart, support_text
from apps.singularity.patterns.display.kinds import KIND_NAMES
from apps.singularity.patterns.display.places import place_url
from apps.singularity.patterns.engine.mined import PatternKind
from apps.singularity.patterns.models import PatternSupport

register = template.Library()
register.simple_tag(pattern_html, name="pattern_code")


@register.filter
def kind_name(kind: str) -> str:
    """A kind as people call it."""
    return KIND_NAMES[PatternKind(kind)]


@register.filter
def ago(moment: datetime | None) -> SafeString:
    """How long ago, to its largest unit; the exact time shows on hovering."""
    if moment is None:
        return SafeString("never")
    span = timesince(moment, depth=1)
    text = "just now" if span.startswith("0") else f"{span} ago"
    exact = f"{moment:%Y-%m-%d %H:%M} UTC"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, text
    )  # fmt: skip


@register.filter
def lines_beyond(text: str, shown: int) -> int:
    """How many lines a text has beyond the first ones."""
    return max(0, text.rstrip().count("\n") + 1 - shown)


@register.filter
def percent(share: float | None) -> str:
    """A share as a whole percentage, never 100 for less than all."""
    if share is None:
        return ""
    return f"{min(round(100 * share), 99) if share < 1 else 100} %"


@register.filter
def measure(number: float | None) -> str:
    """A measure with two decimals, or that there is none."""
    return "none" if number is None else f"{number:.2f}"


@register.simple_tag
def place(codebase: int, path: str, line: int | None = None) -> SafeString:
    """A path, with its line, that leads to the file."""
    text = f"{path}:{line}" if line else path
    return format_html(
        '<a class="mined-place text-link" href="{}">{}</a>', place_url(codebase, path), text
    )


@register.simple_tag
def course(points: Sequence[PatternSupport], size: str = "spark") -> SafeString:
    """The course of a support as a step line with its meaning in words."""
    ordered = sorted(points, key=lambda point: point.revision)
    if not ordered:
        return SafeString("")
    drawn = step_chart([(point.mined_at, point.occurrences) for point in ordered])
    return format_html(
        '<svg class="mined-course mined-{}" role="img" viewBox="0 0 {} {}" '
        'preserveAspectRatio="none"><title>{}</title>'
        '<path class="mined-area" d="{}"/><path class="mined-line" d="{}"/></svg>',
        size,
        drawn.width,
        drawn.height,
        support_text(ordered),
        drawn.area,
        drawn.line,
    )
