"""Code bases: what was learned of each, read it again, forget it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timesince import timesince
from unfold.decorators import action, display

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.admin.base import InstanceAdmin, link, list_url, row_url
from apps.shared.core.jobs import job_send
from apps.shared.core.jobs.status import job_status
from apps.shared.core.models import Job
from apps.singularity.ingestion import selectors, services, tasks
from apps.singularity.ingestion.models import Chunk, Codebase, File
from apps.singularity.ingestion.panels import bars, reasons
from apps.singularity.ingestion.services.removal import CodebaseBusy, codebase_delete


def _counted(rows: QuerySet[Any]) -> Coalesce:
    """Number of a code base's rows, for each line of a list."""
    numbers = (
        rows.filter(codebase=OuterRef("pk"))
        .order_by()
        .values("codebase")
        .annotate(number=Count("id"))
        .values("number")
    )
    return Coalesce(Subquery(numbers, output_field=IntegerField()), 0)


@admin.register(Codebase)
class CodebaseAdmin(InstanceAdmin):
    """Trees that this instance learns from."""

    list_display = ("title", "position", "files", "chunks", "ingested")
    search_fields = ("name", "root")
    search_help_text = "Name or folder"
    actions = ("ingest_now", "ingest_in_full")
    change_form_template = "ingestion/codebase.html"
    fields = ("name", "root", "position", "created_at", "ingested_at", "revision")
    readonly_fields = ("position",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Codebase]:
        """Code bases with their numbers of files and chunks."""
        rows: QuerySet[Codebase] = super().get_queryset(request)
        return rows.annotate(
            files_read=_counted(File.objects.filter(state=File.State.INCLUDED)),
            chunks_cut=_counted(Chunk.objects.all()),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those whom Django lets."""
        return bool(request.user.has_perm("ingestion.delete_codebase"))

    def has_ingest_permission(self, request: HttpRequest) -> bool:
        """Reading again changes what is stored of it."""
        return bool(request.user.has_perm("ingestion.change_codebase"))

    @display(description="Code base", header=True, ordering="name")
    def title(self, codebase: Codebase) -> tuple[str, str]:
        """Name and folder."""
        return codebase.name, codebase.root

    @display(description="Branch and commit", empty_value="no git")
    def position(self, codebase: Codebase) -> str | None:
        """What was checked out when it was read."""
        return f"{codebase.branch} @ {codebase.commit[:12]}" if codebase.commit else None

    @display(description="Files", ordering="files_read")
    def files(self, codebase: Any) -> str:
        """Files that were read, leading to them."""
        address = list_url(File, codebase__id__exact=codebase.pk, state__exact="included")
        return link(address, f"{codebase.files_read:,}")

    @display(description="Chunks", ordering="chunks_cut")
    def chunks(self, codebase: Any) -> str:
        """Chunks, leading to them."""
        address = list_url(Chunk, codebase__id__exact=codebase.pk)
        return link(address, f"{codebase.chunks_cut:,}")

    @display(description="Last read", ordering="ingested_at", empty_value="never to the end")
    def ingested(self, codebase: Codebase) -> str | None:
        """How long ago it was read to the end."""
        return f"{timesince(codebase.ingested_at)} ago" if codebase.ingested_at else None

    @action(description="Ingest now", permissions=["ingest"])
    def ingest_now(self, request: HttpRequest, queryset: QuerySet[Codebase]) -> None:
        """Have a worker read what changed."""
        self._enqueue(request, queryset, full=False)

    @action(description="Ingest in full", permissions=["ingest"])
    def ingest_in_full(self, request: HttpRequest, queryset: QuerySet[Codebase]) -> None:
        """Have a worker read every file again."""
        self._enqueue(request, queryset, full=True)

    def _enqueue(self, request: HttpRequest, queryset: QuerySet[Codebase], *, full: bool) -> None:
        for codebase in queryset:
            job, created = services.ingest_enqueue(codebase=codebase, full=full)
            audit_record(
                "ingest.start", actor=actor_of(request), about=codebase, job=job.pk, full=full
            )
            waits = "waits for a worker" if created else "waited for a worker already"
            messages.success(request, f"{codebase.name}: job {job.pk} {waits}.")
            tell = partial(messages.warning, request)
            transaction.on_commit(partial(job_send, tasks.ingest, job.pk, tell))

    def row_context(self, request: HttpRequest, row: Codebase) -> dict[str, Any]:
        """What was learned of it."""
        return _learned(row) | {"can_ingest": self.has_ingest_permission(request)}

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What would go, by numbers: naming each of a million chunks would help nobody."""
        named, numbers = [], {"code bases": 0, "files": 0, "chunks": 0}
        for codebase in objs:
            summary = selectors.codebase_summary(codebase=codebase)
            named.append(
                f"{codebase.name}: {summary.files:,} files, {summary.chunks:,} chunks and their "
                f"vectors; the folder {codebase.root} stays as it is"
            )
            numbers["code bases"] += 1
            numbers["files"] += summary.files
            numbers["chunks"] += summary.chunks
        return named, numbers, set(), []

    def delete_model(self, request: HttpRequest, obj: Codebase) -> None:
        """Delete one."""
        _delete(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Codebase]) -> None:
        """Delete the chosen ones."""
        for codebase in queryset:
            _delete(request, codebase)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Confirm and delete; one that is being read is refused in one line."""
        try:
            response: HttpResponse = super().delete_view(request, object_id, extra_context)
        except CodebaseBusy as error:
            return _refused(request, error)
        return response

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Codebase]
    ) -> HttpResponse | None:
        """Run a list action whole or not at all."""
        try:
            with transaction.atomic():
                response: HttpResponse | None = super().response_action(request, queryset)
        except CodebaseBusy as error:
            return _refused(request, error)
        return response


def _delete(request: HttpRequest, codebase: Codebase) -> None:
    with transaction.atomic():
        audit_record("codebase.delete", actor=actor_of(request), about=codebase)
        codebase_delete(codebase=codebase)


def _refused(request: HttpRequest, error: CodebaseBusy) -> HttpResponse:
    messages.error(request, f"Nothing was deleted: {error}.")
    return redirect(list_url(Codebase))


def _learned(codebase: Codebase) -> dict[str, Any]:
    """Numbers, languages, reasons and the last job of a code base."""
    summary = selectors.codebase_summary(codebase=codebase)
    within = {"codebase__id__exact": str(codebase.pk)}
    job = Job.objects.filter(
        instance=codebase.instance, kind=services.INGEST, key=f"codebase:{codebase.pk}"
    ).first()
    return {
        "summary": summary,
        "languages": bars(summary.languages, **within),
        "left_out": reasons(summary.skipped, **within),
        "job": job_status(job) if job else None,
        "job_url": row_url(job) if job else "",
    }
