"""Start a training from the dashboard, stop one, and go on with one."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
)

from apps.shared.access.audit import actor_of
from apps.shared.core.admin.base import row_url
from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.totals import codebase_totals, totals_sum
from apps.singularity.training.models import TrainingRun
from apps.singularity.training.models.runs import Kind
from apps.singularity.training.queueing import run_cancel, run_queue
from apps.singularity.training.selectors import models_of, runs_of
from apps.singularity.training.services import FAILURES
from apps.singularity.training.services.bases import AGGREGATE
from apps.singularity.training.services.starting import T5_MINUTES

KINDS = {
    Kind.ENCODER: "Search encoder: finds code by what it does",
    Kind.T5: "T5: completes code and marks unusual lines",
    Kind.VOCABULARY: "Vocabulary: how code is cut into tokens",
}
USES = {"": "where it is better", "yes": "in any case", "no": "not now"}
BASES_SHOWN = 50


class StartForm(forms.Form):
    """What to train; every setting but the kind may be left as it is."""

    kind = forms.ChoiceField(choices=list(KINDS.items()), widget=UnfoldAdminSelectWidget)
    codebase = forms.ChoiceField(
        label="Learns from", required=False, widget=UnfoldAdminSelectWidget
    )
    languages = forms.MultipleChoiceField(
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="All of them where none is chosen.",
    )
    base = forms.ChoiceField(
        label="Starts from",
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="The model must be of the same kind; a vocabulary starts from none.",
    )
    minutes = forms.FloatField(
        required=False,
        min_value=0.01,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=f"Instead of steps. A T5 that is told neither takes {T5_MINUTES:.0f}.",
    )
    steps = forms.IntegerField(
        required=False, min_value=1, widget=UnfoldAdminIntegerFieldWidget,
        help_text="Instead of minutes.",
    )  # fmt: skip
    use = forms.ChoiceField(
        label="Is taken into use",
        choices=list(USES.items()),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Better: on held-out code, beside what is in use.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codebases = codebases_of(instance=settings.INSTANCE_ID)
        languages = totals_sum(codebase_totals(instance=settings.INSTANCE_ID)).languages
        versions = models_of().exclude(kind=Kind.VOCABULARY).values_list("version", flat=True)
        self.codebases = {str(one.pk): one for one in codebases}
        self._choose("codebase", [("", "all code bases"), *_named(self.codebases)])
        self._choose("languages", [(name, name) for name, _ in languages.most_common()])
        self._choose(
            "base",
            [
                ("", "what its kind starts from by itself"),
                (AGGREGATE, "the fleet's model"),
                *((version, version) for version in versions[:BASES_SHOWN]),
            ],
        )

    def wanted(self) -> dict[str, Any]:
        """What ``run_queue`` is asked for."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        if "codebase" in said:
            said["codebase"] = self.codebases[said["codebase"]]
        return said | {"use": {"yes": True, "no": False}.get(said.get("use", ""))}

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices


def can_start(request: HttpRequest) -> bool:
    """Who may have a model trained."""
    return bool(request.user.has_perm("training.add_trainingrun"))


def can_cancel(request: HttpRequest) -> bool:
    """Who may stop a training."""
    return bool(request.user.has_perm("training.change_trainingrun"))


def start_page(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """The form, and the run that comes of it."""
    if not can_start(request):
        raise PermissionDenied
    form = StartForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _queued(request, **form.wanted())
        except FAILURES as error:
            form.add_error(None, str(error))
    context = model_admin.admin_site.each_context(request) | {
        "title": "Start a training",
        "form": form,
    }
    return TemplateResponse(request, "training/start.html", context)


def cancel_now(request: HttpRequest, object_id: uuid.UUID, model_admin: Any) -> HttpResponse:
    """Have one end, and go back to its page."""
    run = _asked(request, object_id, may=can_cancel(request))
    if not isinstance(run, TrainingRun):
        return run
    if run_cancel(run=run, actor=actor_of(request)):
        messages.success(request, "It ends after its next checkpoint, and can go on from there.")
    else:
        messages.warning(request, "It does not run, and does not wait.")
    return redirect(row_url(run))


def resume_now(request: HttpRequest, object_id: uuid.UUID, model_admin: Any) -> HttpResponse:
    """Have one go on from its last checkpoint, and go back to its page."""
    run = _asked(request, object_id, may=can_start(request))
    if not isinstance(run, TrainingRun):
        return run
    try:
        return _queued(request, kind=run.kind, resume=str(run.pk))
    except FAILURES as error:
        messages.warning(request, str(error))
    return redirect(row_url(run))


def _asked(request: HttpRequest, run: uuid.UUID, *, may: bool) -> TrainingRun | HttpResponse:
    if not may:
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return get_object_or_404(runs_of(), pk=run)


def _queued(request: HttpRequest, **wanted: Any) -> HttpResponse:
    unheard = partial(messages.warning, request)
    run, job = run_queue(actor=actor_of(request), unheard=unheard, **wanted)
    messages.success(request, f"{run} waits for a worker as job {job.pk}.")
    return redirect(row_url(run))


def _named(codebases: dict[str, Any]) -> list[tuple[str, str]]:
    return [(pk, one.name) for pk, one in codebases.items()]
