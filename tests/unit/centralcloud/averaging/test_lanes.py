"""Histories that branch are laid out so that each line leads to what it goes on from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.centralcloud.averaging.engine.lanes import Row, rows_of


@pytest.mark.parametrize(
    ("nodes", "rows"),
    [
        ([], []),
        ([(1, None)], [Row(0, (), (), goes=False)]),
        ([(2, 1), (1, None)], [Row(0, (), (), goes=True), Row(0, (0,), (), goes=False)]),
        ([(2, 1)], [Row(0, (), (), goes=True)]),
        (
            [(4, 2), (3, 1), (2, 1), (1, None)],
            [
                Row(0, (), (), goes=True),
                Row(1, (), (0,), goes=True),
                Row(0, (0,), (1,), goes=True),
                Row(0, (0, 1), (), goes=False),
            ],
        ),
    ],
)
def test_lanes_meet_where_they_come_from(
    nodes: list[tuple[int, int | None]], rows: list[Row]
) -> None:
    assert rows_of(nodes) == rows


@given(st.lists(st.integers(0, 1_000_000), min_size=1, max_size=40))
def test_every_line_is_followed_from_its_beginning_to_its_end(choices: list[int]) -> None:
    """Node n goes on from some earlier one, or from nothing."""
    bases = [None if not n or pick % (n + 1) == n else pick % n for n, pick in enumerate(choices)]
    nodes = [(n, bases[n]) for n in reversed(range(len(choices)))]
    led: dict[int, int | None] = {}
    for (node, base), row in zip(nodes, rows_of(nodes), strict=True):
        assert [led.pop(lane) for lane in row.comes] == [node] * len(row.comes)
        assert set(row.passes) == set(led)
        assert node not in led.values()
        assert row.lane not in led
        assert row.goes == (base is not None)
        if row.goes:
            led[row.lane] = base
    assert led == {}
