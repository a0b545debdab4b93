"""Moments as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.shared.core.templatetags.figures import duration

_NOW = timedelta(seconds=5)


def ago(moment: datetime | None) -> SafeString:
    """How long ago, or until, to the largest unit; the exact time shows on hovering."""
    if moment is None:
        return SafeString("never")
    exact = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, distance(moment)
    )


def distance(moment: datetime) -> str:
    """From now to a moment in words: 5 min ago, in 2 d, just now."""
    span = timezone.now() - moment
    if abs(span) < _NOW:
        return "just now"
    amount, unit = duration(timedelta(seconds=round(abs(span).total_seconds()))).split(" ")[:2]
    text = f"{amount.removesuffix('.0')} {unit}"
    return f"{text} ago" if span > timedelta() else f"in {text}"
