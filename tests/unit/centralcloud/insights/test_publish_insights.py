"""One command does what the hourly schedules do, and says what came of it."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from apps.centralcloud.aggregation.models import StatisticsSnapshot
from apps.shared.nats_bridge.models import OutboxMessage
from tests.common.factories.fleets import fleet_tells

pytestmark = pytest.mark.django_db
SHARED = "with transaction.atomic():\n    $$$BODY"


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("publish_insights", *arguments, stdout=said)
    return said.getvalue()


def test_what_was_told_is_added_up_counted_and_told() -> None:
    for name in ("one", "two"):
        fleet_tells(name, patterns=[SHARED], frameworks=[("django", "5.2")])
    numbers = json.loads(run("--json"))
    assert (numbers["added"]["written"], numbers["contributions"]) == (2, 4)
    assert numbers["insights"]["facts"] == 2
    assert StatisticsSnapshot.objects.count() == 1
    assert SHARED.encode()[:20] in b"".join(
        bytes(data) for data in OutboxMessage.objects.values_list("data", flat=True)
    )


def test_an_empty_fleet_is_told_as_such() -> None:
    assert run().startswith("0 keys added up, 0 contributions, 0 facts shown; 0 insights for all")
