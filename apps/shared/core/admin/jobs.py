"""Jobs in the admin: live progress, how each ended, and a way to stop one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.admin.base import InstanceAdmin
from apps.shared.core.jobs import job_cancel
from apps.shared.core.jobs.status import job_status, measures
from apps.shared.core.models import Job

PROGRESS_TEMPLATE = "core/job_progress.html"


class KindFilter(DropdownFilter):
    """By kind of work."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds that this site runs."""
        return [(kind, kind) for kind in measures()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        """Jobs of the kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


def job_progress(request: HttpRequest, object_id: int, model_admin: JobAdmin) -> HttpResponse:
    """The progress of one job, for the page that shows it to ask for again."""
    if not model_admin.has_view_permission(request):
        return HttpResponse(status=403)
    job = get_object_or_404(model_admin.get_queryset(request), pk=object_id)
    return render(request, PROGRESS_TEMPLATE, {"status": job_status(job), "live": True})


@admin.register(Job)
class JobAdmin(InstanceAdmin):
    """Long runs, newest first."""

    list_display = ("title", "progress_live", "started_at", "runs_on")
    list_filter = (("state", ChoicesDropdownFilter), KindFilter)
    list_per_page = 25
    search_fields = ("label",)
    search_help_text = "Label"
    actions = ("cancel",)
    custom_urls = (("<int:object_id>/progress", "core_job_progress", job_progress),)
    change_form_outer_before_template = "core/job_cancel.html"
    fieldsets = (
        (None, {"fields": ("progress_live", "kind", "label", "runs_on", "origin", "attempt")}),
        ("Times", {"fields": ("created_at", "started_at", "heartbeat_at", "finished_at")}),
        ("Numbers", {"fields": ("config", "progress", "result")}),
    )
    readonly_fields = ("progress_live", "runs_on")

    @display(description="Job", header=True)
    def title(self, job: Job) -> tuple[str, str]:
        """What runs, and on what."""
        again = f", attempt {job.attempt}" if job.attempt > 1 else ""
        return f"{job.kind} {job.label}", f"#{job.pk}, by a {job.origin}{again}"

    @display(description="Progress")
    def progress_live(self, job: Job) -> str:
        """State, bar, rate and heartbeat, which renew themselves while it runs."""
        return render_to_string(PROGRESS_TEMPLATE, {"status": job_status(job), "live": True})

    @display(description="Process", empty_value="not started")
    def runs_on(self, job: Job) -> str | None:
        """Process and host."""
        return f"pid {job.pid} on {job.host}" if job.pid else None

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Who may change jobs may stop one."""
        return request.user.has_perm("core.change_job")

    def row_context(self, request: HttpRequest, row: Job) -> dict[str, Any]:
        """Whether it can be stopped by who looks."""
        return {"can_cancel": not row.is_final and self.has_cancel_permission(request)}

    @action(description="Cancel", permissions=["cancel"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Ask the chosen jobs to stop; each notices at its next heartbeat."""
        for job in queryset:
            with transaction.atomic():
                cancelled = job_cancel(job_id=job.pk, instance=settings.INSTANCE_ID)
                if cancelled:
                    audit_record("job.cancel", actor=actor_of(request), about=job)
            if cancelled:
                messages.success(request, f"{job} is cancelled.")
            else:
                messages.warning(request, f"{job} has ended already: {job.state}.")
