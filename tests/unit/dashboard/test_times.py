"""Times are told by their distance, and exactly on hovering."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from django.template import Context, Template

from apps.shared.dashboard.times import ago

NOW = datetime(2026, 11, 23, 10, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=2), "just now"), (timedelta(seconds=-2), "just now"),
        (timedelta(seconds=7.4), "7 s ago"), (timedelta(minutes=5), "5 min ago"),
        (timedelta(minutes=119), "1 h ago"), (timedelta(days=3, hours=7), "3 d ago"),
        (timedelta(days=-2), "in 2 d"), (timedelta(hours=-1), "in 1 h"),
    ],
)  # fmt: skip
def test_the_distance_is_told_by_its_largest_unit(span: timedelta, text: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert f">{text}</time>" in ago(NOW - span)


def test_the_exact_time_is_in_utc_wherever_it_came_from() -> None:
    there = (NOW - timedelta(minutes=5)).astimezone(timezone(timedelta(hours=9)))
    with time_machine.travel(NOW, tick=False):
        assert 'title="2026-11-23 10:00:05 UTC"' in ago(there)


def test_never_is_a_word_and_templates_have_both_forms() -> None:
    assert ago(None) == "never"
    page = Template("{% load dashboard %}{% ago at %} {{ at|ago }}")
    with time_machine.travel(NOW, tick=False):
        assert page.render(Context({"at": NOW})).count("just now</time>") == 2


def test_an_empty_place_says_what_to_do_next() -> None:
    page = Template(
        '{% load dashboard %}{% empty_state "None" "Train one" url="/train/" command=x %}'
    ).render(Context({"x": "x <y>"}))
    assert "None" in page
    assert '<a class="text-link" href="/train/">Train one</a>' in page
    assert "x &lt;y&gt;" in page
