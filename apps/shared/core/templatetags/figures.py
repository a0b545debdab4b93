"""Figures as people read them."""

from __future__ import annotations

from datetime import timedelta

from django import template

register = template.Library()


@register.filter
def count(number: float) -> str:
    """Group a whole number in thousands: 12,345."""
    return f"{number:,.0f}"


@register.filter
def duration(span: timedelta | None) -> str:
    """Write a span with its two largest units: 0.4 s, 12 s, 3 min 5 s, 2 h 10 min, 4 d 1 h."""
    if span is None:
        return ""
    seconds = span.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((index for index, (amount, _) in enumerate(parts) if amount), len(parts) - 1)
    return " ".join(f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount)
