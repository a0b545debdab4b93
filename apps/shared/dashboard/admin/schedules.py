"""Celery beat's schedules in the admin's own look."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django_celery_beat.admin import ClockedScheduleAdmin as BeatClockedAdmin
from django_celery_beat.admin import CrontabScheduleAdmin as BeatCrontabAdmin
from django_celery_beat.admin import PeriodicTaskAdmin as BeatTaskAdmin
from django_celery_beat.admin import PeriodicTaskForm, TaskSelectWidget
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.shared.access.admin.audited import AuditedAdmin
from apps.shared.core.admin.base import link, row_url
from apps.shared.core.admin.lists import ListAdmin
from apps.shared.core.jobs.status import last_runs
from apps.shared.core.templatetags.figures import duration
from apps.shared.core.times import ago

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


class TaskSelect(UnfoldAdminSelectWidget, TaskSelectWidget):
    """The registered tasks."""


class TaskForm(PeriodicTaskForm):
    """A periodic task."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelect()


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(AuditedAdmin, ListAdmin, BeatTaskAdmin, ModelAdmin):
    """What runs when; edits hold from the next tick of beat on."""

    noun = "schedule"

    form = TaskForm
    date_hierarchy = None
    list_display = ("name", "enabled", "scheduler", "last_run", "took", "outcome")
    list_filter = ("enabled",)
    list_per_page = 50

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with the last run of all tasks in one query."""
        changes = super().get_changelist_instance(request)
        changes.result_list = list(changes.result_list)
        runs = last_runs(instance=settings.INSTANCE_ID)
        for task in changes.result_list:
            task.run = runs.get(task.task)
        return changes

    @display(description="Last run", empty_value="never")
    def last_run(self, task: Any) -> str | None:
        """How long ago, with the time itself on hover; a link to the run."""
        at = task.run.job.started_at if task.run else task.last_run_at
        if at is None:
            return None
        return link(row_url(task.run.job), ago(at)) if task.run else ago(at)

    @display(description="Took", empty_value="")
    def took(self, task: Any) -> str | None:
        """How long it ran, or runs already."""
        return duration(task.run.elapsed) if task.run else None

    @display(description="Outcome", empty_value="")
    def outcome(self, task: Any) -> str | None:
        """Its state, with what it did or why it failed."""
        if task.run is None:
            return None
        result = task.run.job.result.items()
        told = task.run.error or ", ".join(f"{name} {value}" for name, value in result)
        state = render_to_string("core/job_state.html", {"state": task.run.state})
        return format_html('{} <span class="break-words">{}</span>', state, told[:200])


@admin.register(CrontabSchedule)
class CrontabAdmin(AuditedAdmin, ListAdmin, BeatCrontabAdmin, ModelAdmin):
    """Times by crontab."""

    list_per_page = 50
    search_fields = ("minute", "hour", "day_of_week")


@admin.register(ClockedSchedule)
class ClockedAdmin(AuditedAdmin, ListAdmin, BeatClockedAdmin, ModelAdmin):
    """Single times."""

    list_per_page = 50
    list_filter = ("clocked_time",)


@admin.register(IntervalSchedule)
class IntervalAdmin(AuditedAdmin, ListAdmin, ModelAdmin):
    """Times by interval."""

    list_per_page = 50
    list_filter = ("period",)


@admin.register(SolarSchedule)
class SolarAdmin(AuditedAdmin, ListAdmin, ModelAdmin):
    """Times by the sun."""

    list_per_page = 50
    list_filter = ("event",)
