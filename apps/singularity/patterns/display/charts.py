"""A support's course as a step line: it holds from one mining to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.singularity.patterns.models import PatternSupport

WIDTH, HEIGHT, MARGIN = 240.0, 48.0, 3.0


@dataclass(frozen=True, slots=True)
class StepChart:
    """Two paths of an SVG of this size: the line, and the area below it."""

    line: str
    area: str
    width: int = int(WIDTH)
    height: int = int(HEIGHT)


def step_chart(points: Sequence[tuple[datetime, int]]) -> StepChart:
    """Draw values over time, oldest first and at least one, from the first moment until now.

    The vertical axis begins at 0, so that heights compare as the values do.
    """
    begin, end = points[0][0], max(timezone.now(), points[-1][0])
    span = (end - begin).total_seconds() or 1.0
    top = max(value for _, value in points) or 1
    steps = [
        (WIDTH * (moment - begin).total_seconds() / span, _height(value / top))
        for moment, value in points
    ]
    line = f"M0 {steps[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in steps[1:])
    line += f"H{WIDTH:.0f}"
    return StepChart(line, f"{line}V{HEIGHT:.0f}H0Z")


def _height(share: float) -> float:
    return MARGIN + (HEIGHT - 2 * MARGIN) * (1 - share)


def support_text(points: Sequence[PatternSupport]) -> str:
    """What the line shows, in words."""
    first, last = points[0], points[-1]
    now = f"{last.occurrences:,} occurrences in {last.files:,} files"
    if len(points) == 1:
        return f"{now} since {first.mined_at:%Y-%m-%d}"
    return f"{first.occurrences:,} occurrences on {first.mined_at:%Y-%m-%d}, now {now}"
