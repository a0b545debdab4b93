"""A line as small as a word."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.shared.dashboard.charts.scales import number_text
from apps.shared.dashboard.charts.thinning import thinned

WIDTH, HEIGHT, MARGIN = 100.0, 24.0, 2.0
MOST_POINTS = 60


def sparkline(values: Sequence[float], *, label: str) -> SafeString:
    """The course of some values, evenly spaced; what it shows stands in its name.

    Empty where there is no value; values that are no number are left out.
    """
    known = [float(one) for one in values if one is not None and math.isfinite(one)]
    if not known:
        return SafeString("")
    course = thinned([(float(n), value) for n, value in enumerate(known)], MOST_POINTS)
    low, high = min(known), max(known)
    said = f"{label}: {number_text(known[-1])} now, {number_text(low)} to {number_text(high)}"
    return format_html(
        '<svg class="chart-spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><title>{}</title><path class="chart-line" d="{}"/></svg>',
        *(said, said, _path(course, low, high)),
    )


def _path(course: Sequence[tuple[float, float]], low: float, high: float) -> str:
    end, span = course[-1][0] or 1.0, high - low

    def place(at: float, value: float) -> str:
        up = (value - low) / span if span else 0.5
        return f"{WIDTH * at / end:.1f} {HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * up:.1f}"

    if len(course) == 1:
        return f"M0 {HEIGHT / 2:g}H{WIDTH:g}"
    return "M" + "L".join(place(*point) for point in course)
