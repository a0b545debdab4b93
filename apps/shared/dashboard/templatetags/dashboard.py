"""Charts, times and what stands where nothing is."""

from __future__ import annotations

from typing import Any

from django import template

from apps.shared.dashboard.charts import Chart, sparkline
from apps.shared.dashboard.hints import hint_of
from apps.shared.dashboard.times import ago

register = template.Library()
register.simple_tag(ago, name="ago")
register.filter("ago", ago)
register.simple_tag(sparkline, name="sparkline")


@register.inclusion_tag("dashboard/chart.html")
def chart(drawn: Chart | None) -> dict[str, Any]:
    """A drawn chart, with its table below."""
    return {"chart": drawn}


@register.inclusion_tag("dashboard/empty_state.html")
def empty_state(title: str, text: str = "", *, command: str = "", url: str = "") -> dict[str, str]:
    """Why there is nothing here, and what to do next.

    Args:
        title: what there is none of.
        text: what to do next, in a sentence.
        command: what to type, of ``manage.py`` or another program.
        url: where to do it, in which case ``text`` is the link.
    """
    return {"title": title, "text": text, "command": command, "url": url}


@register.inclusion_tag("dashboard/empty_state.html")
def list_hint(changes: Any) -> dict[str, str]:
    """What an empty list of the admin says."""
    text, command = hint_of(changes.model_admin)
    title = f"No {changes.opts.verbose_name_plural} yet"
    return {"title": title, "text": text, "command": command, "url": ""}
