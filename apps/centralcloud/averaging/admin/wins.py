"""Rows of the win table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apps.centralcloud.averaging.display import METRICS, gain_text, measure
from apps.centralcloud.averaging.engine.judging import gain_of
from apps.centralcloud.averaging.models import Evaluation

COLUMNS = ("local", "former", "aggregate", "personalised")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value; ``best`` of its row, and ``served`` where the instance uses it since."""

    name: str
    text: str
    best: bool
    served: bool


@dataclass(frozen=True, slots=True)
class WinRow:
    """An instance's values; ``won`` where the aggregate beats its own model, None without one."""

    evaluation: Evaluation
    metric: str
    cells: tuple[Cell, ...]
    gain: str
    won: bool | None


def win_rows(rows: Iterable[Evaluation]) -> list[WinRow]:
    """The rows of a table, in the order given."""
    return [_row(one) for one in rows]


def _row(one: Evaluation) -> WinRow:
    values = {
        "local": one.local,
        "former": one.former,
        "aggregate": one.value,
        "personalised": one.personalised,
    }
    known = [value for value in values.values() if value is not None]
    best = max(known, key=lambda value: gain_of(one.metric, value, 0.0) or 0.0)
    return WinRow(
        evaluation=one,
        metric=METRICS.get(one.metric, one.metric),
        cells=tuple(
            Cell(name, measure(value), best=value == best, served=one.served == name)
            for name, value in values.items()
        ),
        gain=gain_text(one),
        won=None if one.gain is None else one.gain > 0,
    )
