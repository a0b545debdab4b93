"""The matrix as people read it: how much each instance has, and how recently that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from apps.centralcloud.aggregation.selectors.matrix import FACETS, Matrix, MatrixCell

TABS = {"language": "Languages", "framework": "Frameworks", "kind": "Pattern kinds"}
AGES = (
    ("day", "within a day", timedelta(days=1)),
    ("week", "within a week", timedelta(days=7)),
    ("month", "within a month", timedelta(days=31)),
)
OLDER = ("older", "longer ago")


@dataclass(frozen=True, slots=True)
class Cell:
    """How much of one name an instance has; ``percent`` of the most in that column."""

    name: str
    number: int
    percent: float
    changed_at: datetime
    age: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """An instance: a cell for each column, None where it has nothing, and how many names more."""

    instance: str
    cells: Sequence[Cell | None]
    others: int


def facet_of(request: HttpRequest) -> str:
    """The facet that is asked for; languages where there is none such."""
    asked = request.GET.get("facet", "")
    return asked if asked in FACETS else next(iter(TABS))


def shown_matrix(matrix: Matrix, *, columns: int) -> dict[str, Any]:
    """Context of ``aggregation/matrix.html``: the most frequent ``columns``, a row an instance."""
    names = list(matrix.names)[:columns]
    most = {
        name: max((row[name].number for row in matrix.instances.values() if name in row), default=1)
        for name in names
    }
    rows = [_row(matrix, instance, names, most) for instance in matrix.instances]
    return {
        "facet": matrix.facet,
        "tabs": TABS,
        "counts": matrix.counts,
        "columns": [(name, matrix.names[name]) for name in names],
        "rows": rows,
        "ages": [(name, words) for name, words, _ in AGES] + [OLDER],
        "next": matrix.next,
    }


def _row(matrix: Matrix, instance: str, names: Sequence[str], most: Mapping[str, int]) -> Row:
    cells = matrix.instances[instance]
    told = matrix.others.get(instance)
    hidden = sum(name not in most for name in cells) + (told.number if told else 0)
    shown = [_cell(name, cells[name], most[name]) if name in cells else None for name in names]
    return Row(instance, shown, hidden)


def _cell(name: str, cell: MatrixCell, most: int) -> Cell:
    age, words = _age(cell.last_changed_at)
    return Cell(name, cell.number, 100 * cell.number / most, cell.last_changed_at, age, words)


def _age(moment: datetime) -> tuple[str, str]:
    ago = timezone.now() - moment
    return next(((name, words) for name, words, within in AGES if ago <= within), OLDER)
