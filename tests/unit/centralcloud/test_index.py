"""The first page of Centralcloud costs the same, however large the fleet is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.centralcloud.aggregation.services.statistics import statistics_generate
from apps.centralcloud.insights.services import insights_generate
from tests.common.factories.fleets import fleet_adds_up, fleet_tells

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        html = client.get(reverse("admin:index")).content.decode()
    assert "team-0" in html
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])


def test_queries_do_not_grow_with_the_fleet(admin_client: Client) -> None:
    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            patterns = [
                "with transaction.atomic():\n    $$$BODY",
                f"for $A in $B:\n    f{number}()",
            ]
            fleet_tells(f"team-{number}", patterns=patterns, frameworks=[("django", "5.2")])
        fleet_adds_up()
        statistics_generate()
        insights_generate()

    grow(0, 3)
    few = queries(admin_client)
    grow(3, 12)
    assert queries(admin_client) == few <= MOST_QUERIES
