"""Rows are left out where a message has no room for them, and only then."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from apps.shared.knowledge_cache.fitting import rows_fitting


@dataclass(frozen=True)
class Row:
    name: str
    number: float


ROWS = st.lists(st.builds(Row, st.text(st.characters(codec="utf-8")), st.floats()), max_size=6)


@given(rows=ROWS, limit=st.integers(0, 400))
def test_the_first_ones_fit_and_one_more_does_not(rows: list[Row], limit: int) -> None:
    fit = rows_fitting(rows, limit=limit)
    assert fit == rows[: len(fit)] or to_json(fit) == to_json(rows[: len(fit)])  # NaN is not NaN
    assert len(to_json(fit)) - len("[]") <= limit
    if len(fit) < len(rows):
        more = to_json(rows[: len(fit) + 1])
        assert len(more) - len("[]") + len(",") > limit
