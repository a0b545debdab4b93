"""Mine now: what the head of every page of patterns shows and does."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.jobs import job_send
from apps.shared.core.jobs.status import JobStatus, job_status
from apps.shared.core.models import Job
from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.patterns.models import Mining
from apps.singularity.patterns.selectors import own

KIND = "mine"  # services.MINE, without loading the miners


def can_mine(request: HttpRequest) -> bool:
    """Mining again changes what is stored of a code base, as reading it does."""
    return bool(request.user.has_perm("ingestion.change_codebase"))


def head(request: HttpRequest, *, codebase: Any = None) -> dict[str, Any]:
    """Context of ``patterns/head.html``: the code bases, the last mining, whether one may mine."""
    return {
        "codebase": codebase,
        "codebases": codebases_of(instance=settings.INSTANCE_ID),
        "can_mine": can_mine(request),
        "mining": _mining(codebase),
        "mine_job": _last_job(codebase),
    }


def _mining(codebase: Any) -> Mining | None:
    rows = own(Mining).exclude(mined_at=None).order_by("-mined_at")
    return (rows.filter(codebase=codebase) if codebase else rows).first()


def _last_job(codebase: Any) -> JobStatus | None:
    """The last mining where it still goes on or did not end well."""
    rows = Job.objects.filter(instance=settings.INSTANCE_ID, kind=KIND).order_by("-id")
    job = (rows.filter(key=f"codebase:{codebase.pk}") if codebase else rows).first()
    return job_status(job) if job and job.state != Job.State.SUCCEEDED else None


def mine_now(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Have a worker mine one code base, or all of them, and go back to the page."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not can_mine(request):
        raise PermissionDenied
    wanted = request.POST.get("codebase", "")
    for codebase in codebases_of(instance=settings.INSTANCE_ID):
        if wanted in {"", str(codebase.pk)}:
            _enqueue(request, codebase)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("admin:patterns_codepattern_changelist")
    return redirect(back)


def _enqueue(request: HttpRequest, codebase: Any) -> None:
    # the miners are loaded by who mines, not by every process that shows pages
    from apps.singularity.patterns import services

    with transaction.atomic():
        job, created = services.mine_enqueue(codebase=codebase)
        audit_record("mine.start", actor=actor_of(request), about=codebase, job=job.pk)
        transaction.on_commit(partial(_send, request, job.pk))
    waits = "waits for a worker" if created else "waited for a worker already"
    messages.success(request, f"{codebase.name}: job {job.pk} {waits}.")


def _send(request: HttpRequest, job_id: int) -> None:
    from apps.singularity.patterns import tasks  # as above

    job_send(tasks.mine, job_id, partial(messages.warning, request))
