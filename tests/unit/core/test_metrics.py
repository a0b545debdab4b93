"""What Prometheus reads stays small and is about this instance."""

import pytest
from django.conf import settings
from django.test import Client

from apps.shared.core.models import Job

pytestmark = pytest.mark.django_db


def scrape(client: Client) -> list[str]:
    response = client.get("/metrics")
    assert response["content-type"].startswith("text/plain")
    return response.content.decode().splitlines()


def test_requests_are_counted_by_route_never_by_path(client: Client) -> None:
    for number in range(5):
        client.get(f"/no/such/page/{number}")
    lines = scrape(client)
    assert not any("/no/such/page" in line for line in lines)
    assert any('route="unmatched",status="404"' in line for line in lines)


def test_jobs_are_counted_by_state_for_this_instance(client: Client) -> None:
    for instance, state in ((settings.INSTANCE_ID, "queued"), ("another", "failed")):
        Job.objects.create(instance=instance, kind="k", key="k", label="k", state=state)
    lines = scrape(client)
    assert 'jobs{kind="k",state="queued"} 1.0' in lines
    assert not any('state="failed"' in line and " 1.0" in line for line in lines)
