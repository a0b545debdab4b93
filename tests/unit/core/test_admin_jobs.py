"""Jobs in the admin: live, stoppable, and only this instance's."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.shared.core.admin.base import COUNT_LIMIT, BoundedPaginator
from apps.shared.core.models import Job
from tests.common.factories.core import JobFactory, running

pytestmark = pytest.mark.django_db
LIST = reverse("admin:core_job_changelist")


def test_a_running_job_renews_itself_and_an_ended_one_does_not(admin_client: Client) -> None:
    job = JobFactory(**running(read=7, pending=9))
    address = reverse("admin:core_job_progress", args=[job.pk])
    html = admin_client.get(address).content.decode()
    assert 'data-done="7"' in html
    assert f'hx-get="{address}"' in html
    Job.objects.filter(id=job.pk).update(state=Job.State.FAILED, error="disk <full>")
    html = admin_client.get(address).content.decode()
    assert "hx-get" not in html
    assert "disk &lt;full&gt;" in html


def test_the_action_cancels_what_has_not_ended(admin_client: Client) -> None:
    job = JobFactory(**running(read=1, pending=2))
    ended = JobFactory(state=Job.State.SUCCEEDED)
    response = admin_client.post(
        LIST, {"action": "cancel", "_selected_action": [job.pk, ended.pk]}, follow=True
    )
    job.refresh_from_db()
    ended.refresh_from_db()
    assert (job.state, ended.state) == (Job.State.CANCELLED, Job.State.SUCCEEDED)
    told = [str(message) for message in response.context["messages"]]
    assert any("is cancelled" in message for message in told)
    assert any("has ended already" in message for message in told)


def test_the_page_of_a_job_offers_to_cancel_it_until_it_ends(admin_client: Client) -> None:
    job = JobFactory(**running(read=1, pending=2))
    page = reverse("admin:core_job_change", args=[job.pk])
    assert "Cancel this job" in admin_client.get(page).content.decode()
    Job.objects.filter(id=job.pk).update(state=Job.State.SUCCEEDED)
    assert "Cancel this job" not in admin_client.get(page).content.decode()


def test_jobs_of_another_instance_are_out_of_reach(admin_client: Client) -> None:
    theirs = JobFactory(instance="somebody-else", label="theirs", **running(read=1, pending=2))
    assert "theirs" not in admin_client.get(LIST).content.decode()
    assert admin_client.get(reverse("admin:core_job_progress", args=[theirs.pk])).status_code == 404
    admin_client.post(LIST, {"action": "cancel", "_selected_action": [theirs.pk]})
    theirs.refresh_from_db()
    assert theirs.state == Job.State.RUNNING


def test_nobody_adds_or_edits_a_job(admin_client: Client) -> None:
    assert admin_client.get(reverse("admin:core_job_add")).status_code == 403
    job = JobFactory(label="as it was")
    admin_client.post(reverse("admin:core_job_change", args=[job.pk]), {"label": "forged"})
    job.refresh_from_db()
    assert job.label == "as it was"


def test_a_long_list_is_counted_up_to_a_limit() -> None:
    Job.objects.bulk_create(
        Job(instance="a", kind="k", key=str(number), label="l") for number in range(COUNT_LIMIT + 5)
    )
    long = BoundedPaginator(Job.objects.all(), 50)
    assert (long.count, long.has_more) == (COUNT_LIMIT, True)
    short = BoundedPaginator(Job.objects.filter(key__in=["1", "2"]), 50)
    assert (short.count, short.has_more) == (2, False)
