"""Round places for the marks of an axis, and numbers as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

MARKS = 4
"""Steps that an axis has about."""
_TINY = 1e-30
_DAY = 86_400.0
_TIMES = (
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0),
    *(3600.0, 7200.0, 3 * 3600.0, 6 * 3600.0, 12 * 3600.0, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY),
)
_LARGE = ((1e12, "T", 5e11), (1e9, "G", 5e8), (1e6, "M", 5e5), (1e3, "k", 1e3))
"""Units of large numbers, their letters, and the least step that they are used with."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From ``low`` to ``high``, with marks at multiples of ``step``."""

    low: float
    high: float
    step: float

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1."""
        return (value - self.low) / (self.high - self.low)

    def marks(self) -> list[float]:
        """The multiples of the step that lie on it."""
        first, last = (
            math.ceil(self.low / self.step - 1e-9),
            math.floor(self.high / self.step + 1e-9),
        )
        return [number * self.step for number in range(first, last + 1)]


def nice_step(span: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that gives about ``MARKS`` marks (Heckbert 1990)."""
    rough = span / MARKS
    power = 10.0 ** math.floor(math.log10(rough))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999))


def value_scale(values: Sequence[float], *, from_zero: bool) -> Scale:
    """The upright axis: ends on marks, and holds a constant series in its middle or on zero."""
    low, high = min(values), max(values)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if _same(low, high):
        pad = max(abs(low), abs(high)) / 2 if abs(high) > _TINY else 1.0
        low, high = (low if from_zero else low - pad), high + pad
    step = nice_step(high - low)
    if all(map(float.is_integer, values)):
        step = max(step, 1.0)
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step)


def number_scale(values: Sequence[float]) -> Scale:
    """The lying axis of numbers: just as long as what lies on it, in whole steps for whole ones."""
    low, high = _spread(values, 1.0)
    step = nice_step(high - low)
    return Scale(low, high, max(step, 1.0) if all(map(float.is_integer, values)) else step)


def time_scale(values: Sequence[float]) -> Scale:
    """The lying axis of moments, in seconds since 1970: marks at whole minutes, hours or days."""
    low, high = _spread(values, 60.0)
    rough = (high - low) / MARKS
    step = next((time for time in _TIMES if time >= rough), 0.0)
    return Scale(low, high, step or nice_step((high - low) / _DAY) * _DAY)


def _spread(values: Sequence[float], pad: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    wide = max(pad, abs(low) / 1e6)
    return (low - wide, high + wide) if _same(low, high) else (low, high)


def _same(low: float, high: float) -> bool:
    """Whether two values are too near for a scale between them."""
    return high - low <= max(abs(low), abs(high)) * 1e-9 + _TINY


def mark_text(value: float, step: float) -> str:
    """A mark of an axis, with as many decimals as its step has: 0.25, 1,200, 40k, 2.5M."""
    if step <= 0 or abs(value) < step / 1e6:
        return "0"
    for size, letter, least in _LARGE:
        if step >= least:
            return f"{_decimals(value / size, step / size)}{letter}"
    if abs(value) < 1e-4:
        return f"{value:.3g}"
    return _decimals(value, step)


def _decimals(value: float, step: float) -> str:
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{places}f}"


def time_text(seconds: float, step: float) -> str:
    """A mark of an axis of moments, in UTC, as exact as its step."""
    moment = datetime.fromtimestamp(seconds, tz=UTC)
    if step < 60:
        return f"{moment:%H:%M:%S}"
    if step < _DAY:
        return f"{moment:%H:%M}" if seconds % _DAY else f"{moment.day} {moment:%b}"
    return f"{moment.day} {moment:%b}" if step < 60 * _DAY else f"{moment:%b %Y}"


def number_text(value: float) -> str:
    """A value in full: 12,345 or four significant digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def moment_text(seconds: float) -> str:
    """A moment in full, in UTC."""
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%d %H:%M:%S}"
