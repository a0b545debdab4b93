"""Each sender has its turn, and what is too much is the flood's own."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.shared.nats_bridge.fair import FairQueue

ITEMS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), max_size=60)


def test_who_came_late_with_little_is_next_but_one() -> None:
    queue: FairQueue[str] = FairQueue(10**9)
    for number in range(100):
        queue.put("flood", f"flood {number}", 1)
    queue.put("other", "other", 1)
    assert queue.take(items=3, size=10) == ["flood 0", "other", "flood 1"]


def test_what_is_put_back_is_the_newest_of_the_largest_pile() -> None:
    queue: FairQueue[str] = FairQueue(10)
    assert queue.put("flood", "first", 6) == []
    assert queue.put("flood", "second", 4) == []
    assert queue.put("other", "other", 3) == ["second"]
    assert queue.take(items=9, size=99) == ["first", "other"]


def test_a_batch_ends_at_its_size_and_holds_at_least_one() -> None:
    queue: FairQueue[int] = FairQueue(10**9)
    for number in range(4):
        queue.put("a", number, 100)
    assert queue.take(items=9, size=1) == [0]
    assert queue.take(items=9, size=150) == [1, 2]


@settings(deadline=None)
@given(ITEMS, st.integers(5, 30))
def test_nothing_is_lost_and_each_senders_order_is_kept(
    items: list[tuple[str, int]], limit: int
) -> None:
    queue: FairQueue[tuple[str, int]] = FairQueue(limit)
    over = [
        late
        for number, (sender, size) in enumerate(items)
        for late in queue.put(sender, (sender, number), size)
    ]
    taken = []
    while queue:
        taken += queue.take(items=2, size=10)
    assert sorted(number for _, number in over + taken) == list(range(len(items)))
    for sender in "abc":
        numbers = [number for name, number in taken if name == sender]
        assert numbers == sorted(numbers)
