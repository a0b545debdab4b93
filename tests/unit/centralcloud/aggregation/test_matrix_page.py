"""Who is learning what: the panel, the whole page, its CSV, and an instance's own page."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.centralcloud.aggregation.display import shown_matrix
from apps.centralcloud.aggregation.models import StatisticsSnapshot
from apps.centralcloud.aggregation.selectors.matrix import Matrix, MatrixCell, matrix_recent
from apps.shared.access.models import AuditEntry
from apps.shared.access.roles import Role
from apps.shared.knowledge_cache.services.refreshing import views_refresh
from tests.common.factories import told
from tests.common.factories.fleet import InstanceFactory, heard
from tests.common.factories.fleets import fleet_adds_up, fleet_tells
from tests.common.people import person

PANEL, PAGE = "/admin/panels/matrix", "/admin/aggregation/globalfact/matrix"


@pytest.fixture
def viewer(db: None, client: Client) -> Client:
    client.force_login(person(Role.VIEWER))
    return client


def tell(*names: str, frameworks: Any = (("django", ""),)) -> None:
    for name in names:
        fleet_tells(name, patterns=[told.pattern("open(<$A>)")], frameworks=list(frameworks))
    fleet_adds_up()
    views_refresh()


def body(client: Client, address: str, **parameters: Any) -> str:
    response = client.get(address, parameters)
    assert response.status_code == 200, response.content[:500]
    return response.content.decode()


def test_the_panel_has_a_row_an_instance_and_a_column_a_name(viewer: Client) -> None:
    tell("m-one", "m-two")
    shown = body(viewer, PANEL, facet="framework")
    assert 'data-matrix="framework"' in shown
    assert shown.count("<tr data-instance=") == 2
    assert "1 code bases with the framework Django; last change" in shown
    assert ", changed " in shown
    assert 'data-matrix="kind"' in body(viewer, PANEL, facet="kind")


def test_a_facet_that_there_is_not_is_the_first_one(viewer: Client) -> None:
    tell("m-one")
    assert 'data-matrix="kind"' in body(viewer, PANEL, facet="kind")
    assert "Nobody told anything of this yet" in body(viewer, PANEL, facet="<script>")


def test_an_empty_fleet_says_what_to_do(viewer: Client) -> None:
    views_refresh()
    assert "Nobody told anything of this yet" in body(viewer, PANEL)
    assert "No instance here" in body(viewer, PAGE)
    assert "Nothing was counted yet" in body(viewer, "/admin/panels/over-time")


@pytest.mark.parametrize("address", [PANEL, PAGE])
def test_queries_do_not_grow_with_the_fleet(viewer: Client, address: str) -> None:
    counts = []
    for names in (("m-one",), tuple(f"n-{number}" for number in range(30))):
        tell(*names)
        body(viewer, address, facet="framework")
        with CaptureQueriesContext(connection) as captured:
            body(viewer, address, facet="framework")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_those_that_told_a_change_last_come_first_and_few_are_shown() -> None:
    now = timezone.now()
    cells = {
        "old": {"go": MatrixCell(4, now - timedelta(days=60))},
        "new": {"go": MatrixCell(2, now), "zig": MatrixCell(9, now - timedelta(days=3))},
    }
    matrix = Matrix("language", "files", {"go": 2, "zig": 1, "c": 1}, cells, {}, "")
    shown = shown_matrix(matrix, columns=2)
    assert shown["columns"] == [("go", 2), ("zig", 1)]
    old, new = shown["rows"]
    assert [cell and (cell.age, cell.percent) for cell in old.cells] == [("older", 100.0), None]
    assert [cell and (cell.age, cell.percent) for cell in new.cells] == [
        ("day", 50.0),
        ("week", 100.0),
    ]


@pytest.mark.django_db
def test_the_panel_takes_the_newest_and_no_more() -> None:
    tell(*(f"m-{number}" for number in range(5)))
    assert len(matrix_recent(facet="framework", limit=3).instances) == 3
    with pytest.raises(KeyError):
        matrix_recent(facet="nothing", limit=3)


def test_the_page_goes_on_where_it_ended(viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tell("m-one", "m-three", "m-two")
    monkeypatch.setattr("apps.centralcloud.aggregation.selectors.matrix.PAGE", 2)
    first = body(viewer, PAGE, facet="framework")
    assert "after=m-three" in first
    second = body(viewer, PAGE, facet="framework", after="m-three")
    assert 'data-instance="m-two"' in second
    assert "Next instances" not in second


def test_every_cell_is_exported(viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tell("m-one", "m-three", "m-two", frameworks=(("django", ""), ("flask", "")))
    monkeypatch.setattr("apps.centralcloud.aggregation.selectors.matrix.PAGE", 2)
    response = viewer.get(PAGE, {"facet": "framework", "format": "csv"})
    assert response["content-disposition"] == 'attachment; filename="matrix-framework.csv"'
    header, *rows = csv.reader(io.StringIO(b"".join(response).decode()))
    assert header == ["instance", "framework", "number", "last_changed_at"]
    assert {(row[0], row[1]) for row in rows} == {
        (instance, name)
        for instance in ("m-one", "m-two", "m-three")
        for name in ("Django", "Flask")
    }
    assert AuditEntry.objects.get(action="export.csv").target == "matrix of framework"


def test_who_may_not_see_facts_sees_no_matrix(client: Client, db: None) -> None:
    from django.contrib.auth.models import User

    client.force_login(User.objects.create_user("clerk", is_staff=True))
    assert client.get(PAGE).status_code == 403


def test_what_is_known_is_drawn_over_time(viewer: Client) -> None:
    now = timezone.now()
    for hours, number in ((2, 10), (1, 25)):
        StatisticsSnapshot.objects.create(
            revision=number,
            generated_at=now - timedelta(hours=hours),
            report={"contributions": number},
            facts={"pattern": number - 5},
        )
    shown = body(viewer, "/admin/panels/over-time")
    assert 'data-chart="Contributions"' in shown
    assert 'data-chart="What they add up to"' in shown
    assert "25" in shown


def test_an_instances_page_says_what_it_learned_uses_and_is_told(viewer: Client) -> None:
    job = {"kind": "train", "done": 5, "total": 10, "unit": "steps", "elapsed_seconds": 3.0}
    InstanceFactory(name="m-one", **heard(jobs=[job | {"loss": 4.8841}]))
    page = "/admin/fleet/instance/m-one/change/"
    empty = body(viewer, page)
    assert "It told nothing yet" in empty
    assert "It judged no model of the fleet yet" in empty
    assert "It declares no packages" in empty
    assert '<span class="text-important" data-loss>4.884</span>' in empty
    tell("m-two")
    fleet_tells("m-one", frameworks=[("django", "5.2")], enrolled=False)
    fleet_adds_up()
    views_refresh()
    full = body(viewer, page)
    assert 'data-chart="Frameworks, by code bases"' in full
    assert "1 code base;" in full
