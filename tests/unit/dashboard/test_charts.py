"""Charts show what the numbers say, whatever the numbers are."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from apps.shared.dashboard.charts import Chart, Series, bar_chart, line_chart, sparkline
from apps.shared.dashboard.charts.scales import mark_text, nice_step, value_scale
from apps.shared.dashboard.charts.thinning import thinned

BEGIN = datetime(2026, 11, 23, 10, tzinfo=UTC)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True, width=32)


def html_of(drawn: Chart) -> str:
    return Template("{% load dashboard %}{% chart drawn %}").render(Context({"drawn": drawn}))


def drawing(html: str) -> ET.Element:
    """The plot, which must be well-formed."""
    found = re.search(r'(?s)<svg class="chart-plot".*?</svg>', html)
    assert found is not None
    return ET.fromstring(found[0])


def test_a_line_of_time_has_marks_points_and_a_table() -> None:
    points = [(BEGIN + timedelta(minutes=n), 10.0 * n) for n in range(5)]
    html = html_of(line_chart("Messages", [Series("sent", points)], unit="messages/min"))
    titles = [one.text for one in drawing(html).iter("title")]
    assert titles[1] == "sent, 2026-11-23 10:01:00: 10 messages/min"
    assert len(titles) == 5
    assert 'aria-label="Messages: sent from 0 messages/min to 40 messages/min"' in html
    assert '<th scope="col">Time (UTC)</th><th scope="col">sent</th>' in html
    assert '<th scope="row">2026-11-23 10:04:00</th><td>40</td>' in html
    assert re.findall(r"top: ([\d.]+)%\">(\w+)<", html) == [
        ("100", "0"), ("75", "10"), ("50", "20"), ("25", "30"), ("0", "40")
    ]  # fmt: skip
    assert ">10:02<" in html


def test_points_in_any_order_make_the_same_line() -> None:
    points = [(float(n), float(n * n)) for n in range(9)]
    assert line_chart("a", [Series("s", points)], x="number") == line_chart(
        "a", [Series("s", points[::-1])], x="number"
    )


def test_what_is_no_number_is_left_out() -> None:
    points = [(0.0, 1.0), (1.0, math.nan), (2.0, math.inf), (math.nan, 3.0), (4.0, 2.0)]
    drawn = line_chart("Loss", [Series("", points)], x="number", unit="nats")
    assert [point.text for point in drawn.lines[0].points] == ["0: 1 nats", "4: 2 nats"]
    assert "nan" not in html_of(drawn).lower()


def test_nothing_says_so() -> None:
    for drawn in (line_chart("a", []), line_chart("a", [Series("s", [])]), bar_chart("a", [])):
        assert drawn.is_empty
        assert "Nothing yet." in html_of(drawn)
        assert "<svg" not in html_of(drawn)


def test_one_point_is_a_marker_that_is_seen() -> None:
    html = html_of(line_chart("a", [Series("s", [(BEGIN, 3.0)])]))
    assert "chart-lone" in html
    assert "s 3" in html


@pytest.mark.parametrize("from_zero", [True, False])
@pytest.mark.parametrize("value", [0.0, 7.0, -7.0, 1e-9, 1e15])
def test_a_constant_series_is_a_line_inside_the_drawing(value: float, from_zero: bool) -> None:
    points = [(float(n), value) for n in range(3)]
    (line,) = line_chart("a", [Series("", points)], x="number", y_from_zero=from_zero).lines
    assert {point.y for point in line.points} <= {line.points[0].y}
    assert 0 <= line.points[0].y <= 1000


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=40), st.booleans())
def test_every_finite_point_lies_inside(points: list[tuple[float, float]], zero: bool) -> None:
    drawn = line_chart("a", [Series("s", points)], x="number", y_from_zero=zero)
    finite = [p for p in points if math.isfinite(p[0]) and math.isfinite(p[1])]
    assert drawn.is_empty == (not finite)
    for line in drawn.lines:
        assert len(line.points) == len(finite)
        assert all(-0.1 <= p.x <= 1000.1 and -0.1 <= p.y <= 1000.1 for p in line.points)
    assert len(drawn.y_ticks) <= 8
    html_of(drawn)


@given(st.floats(1e-9, 1e12))
def test_steps_are_round_and_few(span: float) -> None:
    step = nice_step(span)
    digits = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(digits - nice) for nice in (1, 2, 5, 10)) < 1e-6
    assert 1.5 <= span / step <= 4.1


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.booleans())
def test_marks_span_the_values(values: list[float], from_zero: bool) -> None:
    scale = value_scale(values, from_zero=from_zero)
    marks = scale.marks()
    slack = (scale.high - scale.low) * 1e-6
    assert marks[0] <= min(values) + slack
    assert marks[-1] >= max(values) - slack
    assert not from_zero or marks[0] <= 0 <= marks[-1] + slack


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.0, 5.0, "0"), (0.25, 0.05, "0.25"), (1200.0, 200.0, "1,200"),
        (40_000.0, 10_000.0, "40k"),
        (2_500_000.0, 500_000.0, "2.5M"),
        (5000.0, 5000.0, "5k"), (20_000_000.0, 5_000_000.0, "20M"), (-3.5, 0.5, "-3.5"),
    ],
)  # fmt: skip
def test_marks_are_short(value: float, step: float, text: str) -> None:
    assert mark_text(value, step) == text


def test_a_long_series_is_thinned_and_keeps_its_peak() -> None:
    points = [(float(n), math.sin(n / 50)) for n in range(20_000)]
    points[7_777] = (7_777.0, 9.0)
    drawn = line_chart("Loss", [Series("s", points)], x="number")
    (line,) = drawn.lines
    assert len(line.points) <= 300
    assert "s, 7,777: 9" in [point.text for point in line.points]
    assert len(drawn.table.rows) <= 50
    assert drawn.table.left_out == len(line.points) - len(drawn.table.rows)
    assert len(html_of(drawn)) < 64_000


@given(st.integers(3, 60), st.lists(st.floats(-1e6, 1e6), max_size=300))
def test_thinning_keeps_ends_order_and_bounds(most: int, values: list[float]) -> None:
    points = [(float(n), value) for n, value in enumerate(values)]
    kept = thinned(points, most)
    assert len(kept) == min(most, len(points))
    assert set(kept) <= set(points)
    assert kept == sorted(kept)
    assert kept[:1] == points[:1]
    assert kept[-1:] == points[-1:]


def test_several_lines_differ_by_more_than_colour() -> None:
    series = [Series(f"s{n}", [(0.0, n), (1.0, n + 1.0)]) for n in range(7)]
    drawn = line_chart("a", series, x="number")
    assert [line.style for line in drawn.lines] == [1, 2, 3, 4, 5, 6, 1]
    assert html_of(drawn).count('class="chart-key') == 7


def test_names_of_other_people_stay_text() -> None:
    evil = "<script>alert(1)</script>"
    drawn = [
        line_chart(evil, [Series(evil, [(0.0, 1.0)])], x="number", unit=evil),
        bar_chart(evil, [(evil, 1.0)], unit=evil),
    ]
    texts = [*map(html_of, drawn), sparkline([1, 2], label=evil)]
    assert [text for text in texts if "<script" in text] == []


def test_bars_are_as_long_as_their_values() -> None:
    drawn = bar_chart("Languages", [("py", 40), ("rs", 10), ("x", math.nan), ("neg", -20)])
    assert [(bar.label, bar.percent, bar.negative) for bar in drawn.bars] == [
        ("py", 100, False), ("rs", 25, False), ("neg", 50, True)
    ]  # fmt: skip
    html = html_of(drawn)
    assert "width: 25%" in html
    assert "-20" in html


def test_a_sparkline_says_what_it_shows() -> None:
    assert sparkline([], label="Facts") == ""
    assert "Facts: 3 now, 1 to 5" in sparkline([1, 5, math.nan, 3], label="Facts")
    assert "M0 12H100" in sparkline([4], label="Facts")
    assert ET.fromstring(sparkline([2] * 500, label="&")) is not None
