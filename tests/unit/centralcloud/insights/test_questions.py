"""Questions have one answer, over NATS and REST alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import override_settings
from django.urls import include, path
from rest_framework.test import APIClient

from apps.centralcloud.aggregation.models import GlobalFact, StatisticsSnapshot
from apps.centralcloud.aggregation.selectors.for_insights import fact_names
from apps.centralcloud.insights import questions
from apps.centralcloud.insights.services import insights_generate
from apps.shared.contracts.payloads import queries
from apps.shared.contracts.payloads.base import Payload
from tests.common.factories import told
from tests.common.factories.core import AdminFactory
from tests.common.factories.fleets import fleet_adds_up, fleet_tells
from tests.common.factories.guidance import statistics
from tests.common.problems import wrong_fields

pytestmark = pytest.mark.django_db
urlpatterns = [path("api/v1/", include("apps.centralcloud.insights.api.urls"))]
IDIOM = "with transaction.atomic():\n    $$$BODY"


@pytest.fixture
def api() -> APIClient:
    client = APIClient()
    client.force_authenticate(AdminFactory.create())
    return client


@pytest.fixture(autouse=True)
def _fleet() -> None:
    """Four instances that differ in one idiom and in the versions of a package."""
    for number, name in enumerate(("one", "two", "three", "four")):
        fleet_tells(
            name,
            patterns=[IDIOM] if number else [told.pattern("$A.own()")],
            packages=[f"pkg:pypi/requests@2.{number % 2}", "pkg:npm/react@19.0.0"],
        )
    fleet_adds_up()
    insights_generate()
    for number in (1, 2, 3):
        report = statistics(number)
        StatisticsSnapshot.objects.create(
            revision=number,
            generated_at=report.generated_at,
            report=report.model_dump(mode="json"),
        )


@pytest.mark.parametrize(
    ("address", "parameters", "question", "query"),
    [
        (
            "recommendations",
            {"instance": "one", "limit": "1"},
            questions.recommendations,
            queries.RecommendationsQuery(limit=1),
        ),
        (
            "insights",
            {"subject": "package", "kind": "version_spread"},
            questions.insights,
            queries.InsightsQuery(subject="package", kind="version_spread"),
        ),
        ("statistics", {"history": "2"}, questions.statistics, queries.StatisticsQuery(history=2)),
    ],
)
@override_settings(ROOT_URLCONF=__name__)
def test_rest_answers_what_nats_answers(
    api: APIClient,
    settings: LazySettings,
    address: str,
    parameters: dict[str, str],
    question: Any,
    query: Payload,
) -> None:
    settings.ROOT_URLCONF = __name__
    answered = question(query, instance=parameters.get("instance", "asking"))
    response = api.get(f"/api/v1/{address}", parameters)
    assert response.status_code == 200
    assert type(answered).model_validate_json(response.content) == answered
    assert answered != type(answered)()


def test_an_instance_gets_its_own_recommendations_alone() -> None:
    ask = queries.RecommendationsQuery()
    one = questions.recommendations(ask, instance="one")
    assert [row.name for row in one.recommendations if row.kind == "adopt"] == [IDIOM]
    two = questions.recommendations(ask, instance="two")
    assert [row.kind for row in two.recommendations] == ["version_spread"]
    assert questions.recommendations(ask, instance="nobody").recommendations == ()


def test_answers_have_the_revision_of_the_message_that_tells_the_same() -> None:
    before = questions.insights(queries.InsightsQuery(), instance="one")
    assert before.revision > 0
    fleet_tells("one", patterns=[IDIOM], enrolled=False)
    fleet_adds_up()
    insights_generate()
    assert questions.insights(queries.InsightsQuery(), instance="one").revision > before.revision


def test_what_becomes_secret_is_in_no_answer_from_then_on(settings: LazySettings) -> None:
    ids = list(GlobalFact.objects.values_list("id", flat=True))
    assert IDIOM in fact_names(ids).values()
    settings.PATTERN_MIN_INSTANCES = 5
    assert fact_names(ids) == {}
    assert questions.insights(queries.InsightsQuery(), instance="one").insights == ()
    assert questions.insights(queries.InsightsQuery(), instance="one").facts == ()
    told = questions.recommendations(queries.RecommendationsQuery(), instance="one")
    assert told.recommendations == ()


@override_settings(ROOT_URLCONF=__name__)
def test_a_wrong_parameter_is_named(api: APIClient, settings: LazySettings) -> None:
    settings.ROOT_URLCONF = __name__
    for address, wrong in (
        ("insights?limit=0", "limit"),
        ("insights?subject=nonsense", "subject"),
        ("insights?unknown=1", "unknown"),
        ("recommendations", "instance"),
        ("recommendations?instance=%00", "instance"),
    ):
        response = api.get(f"/api/v1/{address}")
        assert response.status_code == 400, address
        assert wrong in wrong_fields(response), address


def test_older_statistics_come_newest_first() -> None:
    answer = questions.statistics(queries.StatisticsQuery(history=5), instance="one")
    assert answer.statistics is not None
    assert answer.statistics.revision == 3
    assert [one.revision for one in answer.history] == [2, 1]


def test_no_statistics_are_an_empty_answer() -> None:
    StatisticsSnapshot.objects.all().delete()
    answer = questions.statistics(queries.StatisticsQuery(history=3), instance="one")
    assert answer == queries.StatisticsAnswer()
