"""Lying bars with their labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from apps.shared.dashboard.charts.chart import Bar, Chart, Table
from apps.shared.dashboard.charts.scales import number_text


def bar_chart(title: str, bars: Sequence[tuple[str, float]], *, unit: str = "") -> Chart:
    """Draw a bar for each (label, value), in the order given, as long as its value.

    Values that are no number are left out; negative ones are as long as positive ones, and say so
    by their sign and their pattern.
    """
    known = [(label, value) for label, value in bars if value is not None and math.isfinite(value)]
    longest = max((abs(value) for _, value in known), default=0.0) or 1.0
    drawn = tuple(
        Bar(label, _text(value, unit), round(100 * abs(value) / longest, 2), value < 0)
        for label, value in known
    )
    said = ", ".join(f"{bar.label} {bar.text}" for bar in drawn[:12]) or "nothing yet"
    return Chart(title, f"{title}: {said}", Table((), ()), unit, bars=drawn)


def _text(value: float, unit: str) -> str:
    return f"{number_text(value)} {unit}".strip()
