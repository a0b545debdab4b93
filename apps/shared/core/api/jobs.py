"""REST endpoints of jobs: follow one, cancel one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.api.viewsets import ReadViewSet
from apps.shared.core.jobs import job_cancel, job_is_alive
from apps.shared.core.models import Job


class Conflict(APIException):
    """What was asked for cannot be had while something else runs."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class JobSerializer(serializers.ModelSerializer[Job]):
    """A long run, with its progress as the work itself counts it."""

    alive = serializers.SerializerMethodField(
        help_text="Whether the process of a running job is still there."
    )

    class Meta:
        model = Job
        fields = (
            "id", "kind", "label", "state", "alive", "progress", "result", "error", "attempt",
            "host", "pid", "created_at", "started_at", "heartbeat_at", "finished_at",
        )  # fmt: skip

    def get_alive(self, job: Job) -> bool:
        """Whether it runs, and its process lives."""
        return job.state == Job.State.RUNNING and job_is_alive(job)


class JobFilter(filters.FilterSet):
    """Filters of the job list."""

    kind = filters.CharFilter(help_text="Exact kind, such as ingest.")
    state = filters.ChoiceFilter(choices=Job.State.choices, help_text="How far it is.")

    class Meta:
        model = Job
        fields: tuple[str, ...] = ()


class JobViewSet(ReadViewSet[Job]):
    """The jobs of this instance, newest first."""

    queryset = Job.objects.none()
    serializer_class = JobSerializer
    filterset_class = JobFilter

    def get_queryset(self) -> QuerySet[Job]:
        """Rows of this instance."""
        return Job.objects.filter(instance=settings.INSTANCE_ID)

    @extend_schema(request=None, responses={200: JobSerializer, 409: None})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_kwargs: Any) -> Response:
        """Ask a waiting or running job to stop; 409 when it has ended already."""
        job = self.get_object()
        with transaction.atomic():
            if not job_cancel(job_id=job.pk, instance=settings.INSTANCE_ID):
                raise Conflict(f"job {job.pk} has ended already: {job.state}")
            audit_record("job.cancel", actor=actor_of(request), about=job)
        job.refresh_from_db()
        return Response(self.get_serializer(job).data)
