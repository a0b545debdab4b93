"""REST endpoints of training: every row is of this instance alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.core.api.jobs import Conflict
from apps.shared.core.api.viewsets import ReadViewSet
from apps.singularity.training import services
from apps.singularity.training.api import serializers
from apps.singularity.training.api.starting import start
from apps.singularity.training.models import Model, ModelInUse, TrainingRun
from apps.singularity.training.queueing import run_cancel
from apps.singularity.training.selectors import models_in_use, models_of, runs_of
from apps.singularity.training.selectors.curves import points_after
from apps.singularity.training.selectors.models import with_bundle, with_use

AFTER = OpenApiParameter("after", int, description="Only points of later steps.", default=-1)


class RunViewSet(ReadViewSet[TrainingRun]):
    """Training runs, the newest first."""

    permissions: ClassVar = {"create": "training.add_trainingrun"}
    queryset = TrainingRun.objects.none()
    serializer_class = serializers.RunSerializer
    filterset_fields = ("kind", "scope")

    def get_queryset(self) -> QuerySet[TrainingRun]:
        """Rows of this instance."""
        return runs_of()

    @extend_schema(
        request=serializers.StartSerializer,
        responses={202: serializers.StartedSerializer, 400: None, 403: None, 409: None},
        examples=[
            OpenApiExample(
                "Two hours of Rust",
                {"kind": "t5", "languages": ["rust"], "minutes": 120},
                request_only=True,
            ),
            OpenApiExample(
                "Go on after an interruption",
                {"kind": "t5", "resume": "0f7a3c1e-8f5b-4d8e-9a43-5a0b6a2b9d11"},
                request_only=True,
            ),
        ],
    )
    def create(self, request: Request) -> Response:
        """Queue a training for a worker, or go on with a run that was interrupted.

        400 when it cannot be trained, 409 when one of its kind and scope waits already.
        """
        wanted = serializers.StartSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        run, job = start(dict(wanted.validated_data), actor=actor_of(request))
        said = serializers.StartedSerializer({"run": runs_of().get(pk=run.pk), "job": job})
        return Response(said.data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={200: serializers.RunSerializer, 403: None, 409: None})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_kwargs: Any) -> Response:
        """Have it end after a checkpoint, to be resumed or not; 409 when it has ended."""
        run = self.get_object()
        if not run_cancel(run=run, actor=actor_of(request)):
            raise Conflict(f"run {str(run.pk)[:8]} does not run, and does not wait")
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(parameters=[AFTER], responses=serializers.FollowSerializer)
    @action(detail=True)
    def follow(self, request: Request, **_kwargs: Any) -> Response:
        """The run as it stands, and the points of its curves since the last look."""
        run = self.get_object()
        after = request.query_params.get("after", "-1")
        step = int(after) if after.removeprefix("-").isdecimal() and len(after) < 16 else -1
        said = {"run": run, "points": points_after(run=run, step=step)}
        return Response(serializers.FollowSerializer(said).data)


class ModelViewSet(ReadViewSet[Model]):
    """The models of this instance, the newest first."""

    permissions: ClassVar = dict.fromkeys(("use", "roll_back"), "training.change_modelinuse")
    queryset = Model.objects.none()
    serializer_class = serializers.ModelSerializer
    filterset_fields = ("kind", "scope", "origin", "family")

    def get_queryset(self) -> QuerySet[Model]:
        """Rows of this instance, each with whether it is in use."""
        return with_bundle(with_use(models_of()))

    @extend_schema(request=None, responses={200: serializers.InUseSerializer, 403: None, 409: None})
    @action(detail=True, methods=["post"])
    def use(self, request: Request, **_kwargs: Any) -> Response:
        """Take it into use; the one before stays known."""
        model = self.get_object()
        use = partial(services.model_use, model=model, reason="Chosen by hand.")
        return _in_use(request, "model.use", use)

    @extend_schema(responses=serializers.InUseSerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None, url_path="in-use")
    def in_use(self, _request: Request) -> Response:
        """What answers for each kind and scope."""
        return Response(serializers.InUseSerializer(models_in_use(), many=True).data)

    @extend_schema(
        request=serializers.KindAndScopeSerializer,
        responses={200: serializers.InUseSerializer, 403: None, 409: None},
        examples=[
            OpenApiExample("The T5 of Rust", {"kind": "t5", "scope": "rust"}, request_only=True)
        ],
    )
    @action(detail=False, methods=["post"], url_path="roll-back")
    def roll_back(self, request: Request) -> Response:
        """Use again the model before the one in use; 409 when there is none."""
        place = serializers.KindAndScopeSerializer(data=request.data)
        place.is_valid(raise_exception=True)
        back = partial(services.model_roll_back, **place.validated_data)
        return _in_use(request, "model.roll_back", back)


def _in_use(request: Request, done: str, change: Callable[[], ModelInUse]) -> Response:
    try:
        with transaction.atomic():
            row = change()
            audit_record(done, actor=actor_of(request), about=row.model)
    except services.FAILURES as error:
        raise Conflict(str(error)) from None
    return Response(serializers.InUseSerializer(row).data)
