"""Runs: the list, one with its curves as they grow, and two side by side."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from unfold.decorators import action, display

from apps.shared.core.admin.base import InstanceAdmin
from apps.shared.core.jobs.status import job_status
from apps.shared.dashboard.charts import Chart, Series, line_chart
from apps.singularity.training.admin.filters import KindFilter
from apps.singularity.training.admin.starting import (
    can_cancel,
    can_start,
    cancel_now,
    resume_now,
    start_page,
)
from apps.singularity.training.display.names import metric_rows, name_of
from apps.singularity.training.models import TrainingRun
from apps.singularity.training.selectors import run_settings, runs_of
from apps.singularity.training.selectors.curves import curves_of, runs_compare

LIVE_TEMPLATE = "training/run_live.html"


def run_live(request: HttpRequest, object_id: uuid.UUID, model_admin: RunAdmin) -> HttpResponse:
    """How far one run is, for the page that shows it to ask for again."""
    if not model_admin.has_view_permission(request):
        return HttpResponse(status=403)
    run = get_object_or_404(runs_of(), pk=object_id)
    return render(request, LIVE_TEMPLATE, live_context(request, run))


def live_context(request: HttpRequest, run: TrainingRun) -> dict[str, Any]:
    """Its state, its numbers, its curves, and what who looks may do with it."""
    curves = curves_of(runs=[run])[run.pk]
    status = job_status(run.job) if run.job else None
    active = bool(status and status.active)
    return {
        "run": run,
        "status": status,
        "charts": [_chart(name, [Series("", curves[name])]) for name in _in_order(curves)],
        "metrics": metric_rows(run.kind, run.before, run.metrics),
        "can_cancel": active and can_cancel(request),
        "can_resume": not active and not hasattr(run, "model") and can_start(request),
    }


@admin.register(TrainingRun)
class RunAdmin(InstanceAdmin):
    """Trainings, the newest first."""

    list_display = ("title", "going", "numbers", "device", "outcome", "created_at")
    list_filter = (KindFilter,)
    search_fields = ("id", "scope")
    search_help_text = "Id or scope"
    ordering = ("-created_at",)
    actions = ("compare",)
    change_list_template = "training/runs.html"
    change_form_template = "training/run.html"
    list_before_template = ""
    custom_urls = (
        ("start", "training_start", start_page),
        ("<uuid:object_id>/live", "training_run_live", run_live),
        ("<uuid:object_id>/cancel", "training_run_cancel", cancel_now),
        ("<uuid:object_id>/resume", "training_run_resume", resume_now),
    )
    fields = ("id", "kind", "scope", "codebase", "round", "data_digest", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainingRun]:
        """Runs with their jobs and models."""
        rows: QuerySet[TrainingRun] = super().get_queryset(request)
        return rows.select_related("job", "base", "model")

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """Whether who looks may start one."""
        return {"can_start": can_start(request)}

    def row_context(self, request: HttpRequest, row: TrainingRun) -> dict[str, Any]:
        """Curves, configuration and metrics of one run."""
        return live_context(request, row) | {"settings": run_settings(row)}

    @display(description="Run", header=True)
    def title(self, run: TrainingRun) -> tuple[str, str]:
        """What was trained, and which run it is."""
        return f"{run.get_kind_display()} for {run.scope}", str(run.pk)[:8]

    @display(description="State")
    def going(self, run: TrainingRun) -> str:
        """Its state, with the line that says why it ended."""
        return render_to_string("training/state.html", {"run": run})

    @display(description="Training")
    def numbers(self, run: TrainingRun) -> str:
        """Step, loss and speed."""
        return render_to_string("training/numbers.html", {"run": run})

    @display(description="Model")
    def outcome(self, run: TrainingRun) -> str:
        """The model that it made, and how good that is."""
        return render_to_string("training/outcome.html", {"run": run})

    @action(description="Compare two")
    def compare(self, request: HttpRequest, queryset: QuerySet[TrainingRun]) -> HttpResponse | None:
        """Lay the two chosen runs side by side."""
        chosen = list(queryset[:3])
        if len(chosen) != 2:
            messages.warning(request, "Choose two runs to compare.")
            return None
        comparison = runs_compare(one=chosen[1], other=chosen[0])
        context = {
            **self.admin_site.each_context(request),
            "title": "Two runs",
            "comparison": comparison,
            "settings": [(name, *pair) for name, pair in comparison.settings.items()],
            "metrics": [(name_of(name), *pair) for name, pair in comparison.metrics.items()],
            "charts": _both(comparison.runs, comparison.curves),
        }
        return TemplateResponse(request, "training/compare.html", context)


def _both(runs: tuple[TrainingRun, TrainingRun], curves: dict[str, Any]) -> list[Chart]:
    titles = [str(run.pk)[:8] for run in runs]
    return [
        _chart(name, [Series(*one) for one in zip(titles, curves[name], strict=True)])
        for name in _in_order(curves)
    ]


def _in_order(curves: Mapping[str, Any]) -> list[str]:
    """The loss first: it is what one looks at while it trains."""
    return sorted(curves, key=lambda name: (name != "loss", name))


def _chart(name: str, series: list[Series]) -> Chart:
    """A curve over steps."""
    return line_chart(capfirst(name_of(name)), series, x="number", y_from_zero=False)
