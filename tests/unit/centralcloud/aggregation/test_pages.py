"""What people see of what the fleet knows: REST, admin, dashboard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import include, path, reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.aggregation.models import Contribution, GlobalFact, StatisticsSnapshot
from apps.centralcloud.aggregation.panels import KNOWN
from apps.centralcloud.aggregation.selectors.facts import fact_course
from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.centralcloud.aggregation.services.statistics import statistics_generate
from apps.shared.core.urls import urlpatterns as core_urls
from apps.shared.dashboard.frame import panel_render
from apps.shared.dashboard.urls import urlpatterns as dashboard_urls
from tests.common.factories.told import NOW, frameworks, packages, pattern, patterns, signature

pytestmark = pytest.mark.django_db
urlpatterns = [
    *dashboard_urls,
    *core_urls,
    path("api/v1/", include("apps.centralcloud.aggregation.api.urls")),
]


@pytest.fixture(autouse=True)
def known(settings: LazySettings, fleet: None) -> None:
    """Two instances share a pattern and a package; each has something of its own too."""
    settings.ROOT_URLCONF = __name__
    shared = pattern("open(<$A>)", first_seen_at=NOW - timedelta(days=3))
    handlers.code_patterns(
        [
            patterns("a", 1, shared, "mine alone"),
            patterns("b", 1, shared, pattern("other", kind="rule", language="go")),
            patterns("c", 1, pattern("other", kind="rule", language="go")),
        ]
    )
    handlers.packages(
        [packages("a", 1, "pkg:npm/p@1.0", "pkg:npm/own"), packages("b", 1, "pkg:npm/p@2.0")]
    )
    handlers.frameworks([frameworks("a", 1, ("django", "5.2")), frameworks("b", 1, ("django", ""))])
    facts_aggregate(now=NOW)
    statistics_generate(now=NOW)


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who may see everything."""
    client.force_login(User.objects.create_superuser("reader"))
    return client


def answer(reader: Client, address: str) -> list[dict[str, Any]]:
    response = reader.get(f"/api/v1/{address}")
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["results"]
    return found


def test_only_what_enough_instances_tell_alike_is_in_an_answer(reader: Client) -> None:
    assert {one["name"] for one in answer(reader, "patterns")} == {"open(<$A>)", "other"}
    assert answer(reader, "architecture") == []
    (django,) = answer(reader, "frameworks")
    assert (django["instances"], django["eligible"], django["versions"]) == (2, 3, {"5.2": 1})


def test_a_higher_minimum_hides_at_once_what_fewer_tell(
    reader: Client, settings: LazySettings
) -> None:
    settings.PATTERN_MIN_INSTANCES = 3
    assert answer(reader, "patterns") == []


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("patterns?kind=rule", ["other"]),
        ("patterns?language=python", ["open(<$A>)"]),
        ("patterns?min_instances=3", []),
        ("patterns?q=OPEN", ["open(<$A>)"]),
    ],
)
def test_answers_are_filtered(reader: Client, address: str, names: list[str]) -> None:
    assert [one["name"] for one in answer(reader, address)] == names


def test_answers_need_a_login(client: Client) -> None:
    assert client.get("/api/v1/patterns").status_code == 401


def test_the_list_of_facts_and_one_of_them_say_who_has_it(reader: Client) -> None:
    page = reader.get(reverse("admin:aggregation_globalfact_changelist")).content.decode()
    assert "open(&lt;$A&gt;)" in strip_tags(page)
    assert "<var>$A</var>" in page
    assert ".pattern-code .k " in page
    assert "2 of 2, 100 %" in page
    fact = GlobalFact.objects.get(key=signature("open(<$A>)"))
    page = reader.get(
        reverse("admin:aggregation_globalfact_change", args=[fact.pk])
    ).content.decode()
    assert "open(&lt;$A&gt;)" in strip_tags(page)
    assert "2 joined" in page
    assert page.count("admin/aggregation/contribution/") >= 2


def test_a_fact_says_by_when_who_had_it(reader: Client) -> None:
    fact = GlobalFact.objects.get(key=signature("open(<$A>)"))
    rows = Contribution.objects.filter(key=fact.key).order_by("instance")
    assert [row.instance for row in rows] == ["a", "b"]
    rows.filter(instance="b").update(first_seen_at=NOW - timedelta(days=1))
    begun, later = NOW - timedelta(days=3), NOW - timedelta(days=1)
    *course, (now, last) = fact_course(fact)
    assert course == [(begun, 1), (later, 1), (later, 2)]
    assert now > later
    assert last == 2
    page = reader.get(reverse("admin:aggregation_globalfact_change", args=[fact.pk]))
    assert "from 1 to 2" in page.context["course"].said
    Contribution.objects.update(first_seen_at=None)
    assert fact_course(fact) == []
    page = reader.get(reverse("admin:aggregation_globalfact_change", args=[fact.pk]))
    assert page.context["course"].is_empty


@pytest.mark.parametrize("model", [GlobalFact, Contribution, StatisticsSnapshot])
def test_rows_are_read_and_never_edited(reader: Client, model: Any) -> None:
    name = model._meta.label_lower.replace(".", "_")
    row = model.objects.first()
    assert reader.get(reverse(f"admin:{name}_changelist")).status_code == 200
    assert reader.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200
    assert reader.get(reverse(f"admin:{name}_add")).status_code == 403
    assert reader.post(reverse(f"admin:{name}_delete", args=[row.pk])).status_code == 403


def test_the_panel_takes_few_queries(
    rf: RequestFactory, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):  # two of them are a savepoint of the frame
        html = panel_render(KNOWN, rf.get("/")).html
    assert "2 of 2 instances" in html
    assert "open(&lt;$A&gt;)" in html
    assert "mine alone" not in html
    assert "10 contributions; added up" in html


def test_before_anything_was_added_up_the_panel_says_how(rf: RequestFactory) -> None:
    from apps.centralcloud.aggregation.models import AddingUp

    AddingUp.objects.all().delete()
    assert "manage.py aggregate" in panel_render(KNOWN, rf.get("/")).html
