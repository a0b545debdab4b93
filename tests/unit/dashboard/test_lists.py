"""Every list of both sites sorts, filters, pages, exports, and says what to do when it is empty."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule
from unfold.templatetags import unfold_list

from apps.shared.access.models import ApiToken, AuditEntry
from apps.shared.core.admin.lists import ListAdmin
from apps.shared.core.models import Job
from apps.shared.dashboard.hints import HINTS, MANAGE, hint_of
from tests.common.factories.core import JobFactory
from tests.common.processes import CHECKOUT

pytestmark = pytest.mark.django_db

admin.autodiscover()
ADMINS = sorted(admin.site._registry.values(), key=lambda one: one.opts.label_lower)
BY_LABEL = {one.opts.label_lower: one for one in ADMINS}
OF_OWN_FORM = {"patterns.architecturepattern", "patterns.framework"}
"""A page of a code base, told as a whole, in the place of a list."""
FEW = {"ingestion.embeddinggeneration", "knowledge_cache.tally", "aggregation.statisticssnapshot"}
"""Lists with a handful of rows: nobody looks for one."""


def address(label: str, page: str) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}")


def rows_of(response: Any) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("label", BY_LABEL)
def test_every_list_can_do_the_same(admin_client: Client, label: str) -> None:
    one = BY_LABEL[label]
    assert isinstance(one, ListAdmin)
    assert one.list_per_page <= 50
    assert one.search_fields or one.list_filter or label in FEW | OF_OWN_FORM
    page = admin_client.get(address(label, "changelist"))
    assert page.status_code == 200
    text, command = hint_of(one)
    assert text.endswith(".")
    if label not in OF_OWN_FORM:
        assert page.context["export_url"] == address(label, "export")
        if not page.context["cl"].result_count and not one.change_list_template:
            told = unescape(page.content.decode())
            assert text in told
            assert command in told


@pytest.mark.parametrize("label", BY_LABEL)
def test_every_list_is_exported(admin_client: Client, label: str) -> None:
    response: Any = admin_client.get(address(label, "export"))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    model = BY_LABEL[label].opts.model_name
    assert response["Content-Disposition"] == f'attachment; filename="{model}.csv"'
    assert b"".join(response.streaming_content).count(b"\n") >= 1
    entry = AuditEntry.objects.get(action="export.csv")
    assert (entry.actor, entry.target.lower()) == ("admin", label)


@pytest.mark.parametrize("label", BY_LABEL)
def test_who_may_not_see_rows_exports_none(client: Client, label: str) -> None:
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    expected = 200 if label == "access.apitoken" else 403  # one's own tokens are everybody's
    assert client.get(address(label, "export")).status_code == expected
    client.logout()
    assert client.get(address(label, "export")).status_code == 302


def test_hints_name_commands_that_there_are() -> None:
    known = {path.stem for path in CHECKOUT.glob("apps/*/*/management/commands/*.py")}
    named = {command.split()[0] for _, command in HINTS.values() if command}
    assert named - known - {"migrate"} == set()
    assert set(HINTS) == set(BY_LABEL)
    assert all(hint_of(one)[1].startswith((MANAGE, "")) for one in ADMINS)


def test_an_export_keeps_filter_search_and_order_and_leaves_pages() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    for n in range(60):
        JobFactory(label=f"shop-{n:02}", state="failed" if n % 2 else "succeeded")
    query = "?state__exact=failed&q=shop&p=2&o=1"
    rows = rows_of(client.get(address("core.job", "export") + query))
    assert len(rows) == 30
    assert {row["state"] for row in rows} == {"failed"}
    entry = AuditEntry.objects.get(action="export.csv")
    assert entry.details == {"filters": {"state__exact": "failed", "q": "shop", "o": "1"}}
    listed = client.get(address("core.job", "changelist") + "?state__exact=failed&q=shop")
    assert "export.csv?state__exact=failed&amp;q=shop" in listed.content.decode()


def test_a_filter_that_there_is_none_of_leads_back_to_the_list(admin_client: Client) -> None:
    response = admin_client.get(address("core.job", "export") + "?nothing__exact=1")
    assert (response.status_code, response["Location"]) == (
        302, address("core.job", "changelist") + "?e=1"
    )  # fmt: skip


def test_an_export_of_many_rows_takes_as_many_queries_as_of_few(admin_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            rows_of(admin_client.get(address("core.job", "export")))
        return len(captured)

    JobFactory()
    few = queries()
    Job.objects.bulk_create(JobFactory.build(key=f"k{n}") for n in range(1500))
    assert queries() == few


def test_names_are_no_formulas_and_secrets_stay(admin_client: Client) -> None:
    User.objects.create_user("=cmd|' /C calc'!A0", password="hidden")
    rows = rows_of(admin_client.get(address("auth.user", "export")))
    assert "'=cmd|' /C calc'!A0" in {row["username"] for row in rows}
    assert "password" not in rows[0]


def test_tokens_are_exported_without_what_opens(admin_client: Client, admin_user: User) -> None:
    token, _ = ApiToken.objects.create(user=admin_user)
    rows = rows_of(admin_client.get(address("access.apitoken", "export")))
    assert rows[0]["token_key"] == token.token_key
    assert token.digest not in str(rows)


def test_times_are_told_by_their_distance_and_sort(admin_client: Client) -> None:
    started = timezone.now() - timedelta(minutes=5, seconds=1)
    JobFactory(started_at=started)
    html = admin_client.get(address("core.job", "changelist")).content.decode()
    assert f'title="{started:%Y-%m-%d %H:%M:%S} UTC">5 min ago</time>' in html
    assert 'href="?o=3"' in html
    later = JobFactory(started_at=timezone.now())
    for order, first in (("3", False), ("-3", True)):
        page = admin_client.get(address("core.job", "changelist") + f"?o={order}")
        assert (page.context["cl"].result_list[0] == later) is first


def test_a_search_in_vain_offers_all_rows(admin_client: Client) -> None:
    Group.objects.create(name="team")
    html = admin_client.get(address("auth.group", "changelist") + "?q=zzz").content.decode()
    assert "Nothing is like that." in html
    assert '<a class="text-link" href="?">Show all</a>' in html


def test_schedules_of_others_are_lists_like_ours(admin_client: Client) -> None:
    CrontabSchedule.objects.create(minute="5")
    IntervalSchedule.objects.create(every=3, period="hours")
    ClockedSchedule.objects.create(clocked_time=timezone.now())
    for label in ("crontabschedule", "intervalschedule", "clockedschedule"):
        assert len(rows_of(admin_client.get(address(f"django_celery_beat.{label}", "export")))) >= 1


def test_viewing_is_enough_to_export(client: Client) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_job"))
    client.force_login(viewer)
    JobFactory(instance=settings.INSTANCE_ID, label="mine")
    JobFactory(instance="somebody-else", label="theirs")
    rows = rows_of(client.get(address("core.job", "export")))
    assert [row["label"] for row in rows] == ["mine"]


def test_a_filter_named_like_an_argument_is_noted_like_others(admin_client: Client) -> None:
    query = "?action=export.csv&via__exact=dashboard"
    rows = rows_of(admin_client.get(address("access.auditentry", "export") + query))
    assert [row["action"] for row in rows] == ["export.csv"]
    entry = AuditEntry.objects.get(action="export.csv")
    assert entry.details["filters"]["action"] == "export.csv"


def test_headers_are_worked_out_once_a_list_and_follow_its_order(admin_client: Client) -> None:
    JobFactory.create_batch(3)
    page = admin_client.get(address("core.job", "changelist") + "?o=-3")
    headers = unfold_list.result_headers(page.context["cl"])
    assert unfold_list.result_headers(page.context["cl"]) is headers
    assert [one["text"] for one in headers if one.get("sorted")] == ["Started at"]
    other = admin_client.get(address("core.job", "changelist"))
    assert unfold_list.result_headers(other.context["cl"]) is not headers
    told = other.content.decode()
    assert told.count('data-label="Started at"') == 3
