"""Figures read as people write them."""

from datetime import timedelta

import pytest

from apps.shared.core.templatetags.figures import count, duration


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"), (0.42, "0.4 s"), (12, "12 s"), (60, "1 min"), (185, "3 min 5 s"),
        (7800, "2 h 10 min"), (3600, "1 h"), (349_200, "4 d 1 h"),
    ],
)  # fmt: skip
def test_a_duration_has_at_most_two_units(seconds: float, shown: str) -> None:
    assert duration(timedelta(seconds=seconds)) == shown


def test_no_duration_is_nothing() -> None:
    assert duration(None) == ""


def test_counts_are_grouped_in_thousands() -> None:
    assert [count(0), count(1234567), count(1234.6)] == ["0", "1,234,567", "1,235"]
