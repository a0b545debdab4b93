"""The commands of aggregation."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.aggregation.models import GlobalFact
from tests.common.factories.told import patterns

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_aggregate_says_what_it_added_up() -> None:
    handlers.code_patterns([patterns("a", 1, "x", "y")])
    assert "2 keys added up: 2 facts changed, 0 removed" in run("aggregate")
    assert "0 keys" in run("aggregate")


def test_a_full_run_mends_a_fact_that_was_changed_by_hand() -> None:
    handlers.code_patterns([patterns("a", 1, "x", "y")])
    run("aggregate")
    GlobalFact.objects.filter(name="x").update(instances=9)
    numbers: dict[str, Any] = json.loads(run("aggregate", "--full", "--json"))
    assert numbers == {"keys": 2, "written": 1, "removed": 0, "reshared": 0}
