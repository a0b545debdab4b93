"""The fleet on the first page: who is there, what each does, what waits."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.panels import FLEET, INSTANCES_SHOWN
from apps.shared.dashboard.frame import panel_render
from tests.common.factories.fleet import InstanceFactory, heard

pytestmark = pytest.mark.django_db
JOB = {"kind": "ingest", "done": 30, "total": 120, "unit": "files", "elapsed_seconds": 75}


def page() -> str:
    rendered = panel_render(FLEET, RequestFactory().get("/"))
    assert rendered.error == ""
    return rendered.html


def row(name: str) -> str:
    return page().split(f'data-instance="{name}">')[1].split("data-instance=")[0]


def text(html: str) -> str:
    """What a reader sees."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_an_empty_fleet_says_how_to_enrol() -> None:
    assert "manage.py instance_enroll ID" in page()


def test_a_row_says_what_it_does_what_it_learned_and_what_waits() -> None:
    said: dict[str, Any] = {"jobs": [JOB], "languages": ["python", "rust"], "patterns": 1234}
    said |= {"frameworks": 1, "files": 5000, "codebases": 2, "queued": 7, "lag_seconds": 130.0}
    said |= {"version": "1.2"}
    InstanceFactory(name="acme", note="<b>farm</b>", **heard(timedelta(seconds=20), **said))
    html = row("acme")
    said_there = text(html).replace(" ,", ",")
    assert "acme online heard 20 s ago, version 1.2" in said_there
    assert "ingest 30 of 120 files, 1 min 15 s" in said_there
    assert 'aria-valuenow="25"' in html
    assert "1,234 patterns, 1 framework 5,000 files in 2 code bases python, rust" in said_there
    assert "7 messages wait, the oldest for 2 min 10 s" in said_there
    assert "&lt;b&gt;farm&lt;/b&gt;" in html
    assert re.search(r'title="\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"', html)
    assert "clock" not in said_there


@pytest.mark.parametrize(
    ("skew", "expected"),
    [(30, "30 s ahead"), (-90, "1 min 30 s behind"), (5, ""), (-4, "")],
)
def test_a_clock_that_is_wrong_is_said_to_be(skew: int, expected: str) -> None:
    fields = heard()
    fields["told_at"] = fields["heard_at"] + timedelta(seconds=skew)
    InstanceFactory(name="acme", **fields)
    assert (f"its clock is {expected}" in row("acme")) == bool(expected)


def test_one_that_is_silent_does_nothing_now() -> None:
    InstanceFactory(name="gone", **heard(timedelta(hours=3), jobs=[JOB]))
    seen = text(row("gone"))
    assert "gone offline heard 3 h ago" in seen
    assert "ingest" not in seen


def test_read_only_revoked_new_and_withdrawn_are_told_apart() -> None:
    InstanceFactory(name="ci", **(heard() | {"mode": "read-only"}))
    InstanceFactory(name="new")
    InstanceFactory(name="out", state="revoked", **heard(jobs=[JOB]))
    InstanceFactory(name="never-was", state="withdrawn", withdrawn_at=heard()["heard_at"])
    assert "ci online read-only" in text(row("ci"))
    assert "new enrolled never heard; enrolled just now" in text(row("new"))
    assert "out revoked heard" in text(row("out"))
    assert "ingest" not in text(row("out"))
    assert 'data-instance="never-was"' not in page()
    assert 'data-condition="withdrawn"' in page()


def test_a_large_fleet_costs_two_queries_and_fifty_rows(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    rows = InstanceFactory.build_batch(INSTANCES_SHOWN + 1234, **heard(jobs=[JOB]))
    Instance.objects.bulk_create(rows)
    with django_assert_num_queries(2):  # type: ignore[operator]  # of pytest-django
        FLEET.context(RequestFactory().get("/"))
    html = page()
    assert html.count("data-instance=") == INSTANCES_SHOWN
    assert "1,234 more" in html
    assert "1,284 online" in text(html)
