"""Closed itemsets and orders against the definition, by brute force."""

from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.patterns.engine.usage.closed import TooMuchWork, closed_itemsets
from apps.singularity.patterns.engine.usage.orders import GAP, LONGEST, closed_orders

items = st.integers(0, 5)
transactions = st.lists(st.frozensets(items, max_size=6), max_size=12)
sequences = st.lists(st.lists(items, unique=True, max_size=6).map(tuple), max_size=10)
supports = st.integers(1, 4)


def tids_of(found: frozenset[int], data: list[frozenset[int]]) -> tuple[int, ...]:
    return tuple(tid for tid, row in enumerate(data) if found <= row)


def closed_by_definition(data: list[frozenset[int]], support: int) -> dict[tuple[int, ...], object]:
    every = {
        frozenset(chosen)
        for size in range(1, 7)
        for chosen in combinations(range(6), size)
        if len(tids_of(frozenset(chosen), data)) >= support
    }
    return {
        tuple(sorted(one)): tids_of(one, data)
        for one in every
        if not any(one < other and tids_of(one, data) == tids_of(other, data) for other in every)
    }


@given(transactions, supports)
def test_closed_itemsets_are_those_of_the_definition(
    data: list[frozenset[int]], support: int
) -> None:
    found = closed_itemsets(data, support=support, work=10**6)
    assert {one.items: tuple(sorted(one.tids)) for one in found} == closed_by_definition(
        data, support
    )
    assert len({one.items for one in found}) == len(found)


def follows(order: tuple[int, ...], sequence: tuple[int, ...]) -> bool:
    if any(item not in sequence for item in order):
        return False
    places = [sequence.index(item) for item in order]
    return all(0 < later - at <= GAP + 1 for at, later in pairwise(places))


def orders_by_definition(
    data: list[tuple[int, ...]], support: int
) -> dict[tuple[int, ...], object]:
    every = {
        order: tids
        for size in range(1, LONGEST + 1)
        for order in permutations(range(6), size)
        if len(tids := tuple(t for t, row in enumerate(data) if follows(order, row))) >= support
    }
    return {
        order: tids
        for order, tids in every.items()
        if not any(
            len(longer) == len(order) + 1
            and len(every[longer]) >= len(tids)
            and order in {longer[:at] + longer[at + 1 :] for at in range(len(longer))}
            for longer in every
        )
    }


@given(sequences, supports)
def test_closed_orders_are_those_of_the_definition(
    data: list[tuple[int, ...]], support: int
) -> None:
    found = closed_orders(data, support=support, work=10**6)
    assert {one.items: one.tids for one in found} == orders_by_definition(data, support)


def test_calls_too_far_apart_make_no_order() -> None:
    near = tuple(range(GAP + 2))
    far = tuple(range(10, 10 + GAP + 3))
    found = {one.items for one in closed_orders([near, far] * 4, support=4, work=10**6)}
    assert any({0, GAP + 1} <= set(order) for order in found)
    assert not any(order == (10, 10 + GAP + 2) for order in found)


def test_work_is_bounded() -> None:
    rows = [frozenset(range(30)) - {at} for at in range(30)]  # 2**30 closed sets
    with pytest.raises(TooMuchWork):
        closed_itemsets(rows, support=2, work=100_000)
    orders = [tuple(range(at, 30)) + tuple(range(at)) for at in range(30)]
    with pytest.raises(TooMuchWork):
        closed_orders(orders, support=2, work=1_000)
