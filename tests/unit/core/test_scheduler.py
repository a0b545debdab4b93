"""The schedule in the wiring is a beginning; the admin has the last word."""

import pytest
from django.conf import settings
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from apps.shared.core.celery import queue_client
from apps.shared.core.scheduler import SiteScheduler

pytestmark = pytest.mark.django_db(transaction=True)  # a scheduler closes its connections
ENTRY = {"mine": {"task": "some.task", "schedule": 300.0}}


def scheduler() -> SiteScheduler:
    app = queue_client("test", settings.ENVIRONMENT)
    app.conf.beat_schedule = ENTRY
    return SiteScheduler(app=app)


def test_a_new_entry_is_due_at_once() -> None:
    assert scheduler().schedule["mine"].is_due().is_due


def test_an_edit_survives_the_next_start() -> None:
    scheduler()
    hourly = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.filter(name="mine").update(interval=hourly, enabled=False)
    scheduler()
    row = PeriodicTask.objects.get(name="mine")
    assert (row.interval, row.enabled) == (hourly, False)
