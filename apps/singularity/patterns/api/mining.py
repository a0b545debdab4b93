"""Mine a code base on demand."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.api.jobs import Conflict, JobSerializer
from apps.shared.core.jobs import job_running, job_send
from apps.singularity.ingestion.selectors.codebases import codebase_get
from apps.singularity.patterns.api.serializers import MineRequestSerializer


class MineView(APIView):
    """Mine a code base."""

    permissions: ClassVar = {"post": "ingestion.change_codebase"}

    @extend_schema(
        operation_id="codebases_mine_create",
        request=MineRequestSerializer,
        responses={202: JobSerializer, 404: None, 409: None},
        examples=[OpenApiExample("Every file again", {"full": True}, request_only=True)],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Queue a mining for a worker; one that waits already is returned instead of a second.

        409 when the code base is being mined.
        """
        # the miners are loaded by who mines, not by every process that answers requests
        from apps.singularity.patterns import services, tasks

        try:
            codebase = codebase_get(instance=settings.INSTANCE_ID, codebase_id=pk)
        except ObjectDoesNotExist:
            raise NotFound(f"There is no code base {pk}.") from None
        options = MineRequestSerializer(data=request.data)
        options.is_valid(raise_exception=True)
        running = job_running(
            instance=codebase.instance, kind=services.MINE, key=f"codebase:{codebase.pk}"
        )
        if running is not None:
            raise Conflict(f"{codebase.name} is being mined by job {running.pk}")
        with transaction.atomic():
            job, _ = services.mine_enqueue(codebase=codebase, full=options.validated_data["full"])
            audit_record("mine.start", actor=actor_of(request), about=str(codebase), job=job.pk)
            transaction.on_commit(partial(job_send, tasks.mine, job.pk))
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)
