"""REST endpoints of the fleet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.centralcloud.fleet import services
from apps.centralcloud.fleet.api.serializers import (
    EnrolSerializer,
    InstanceSerializer,
    KeyedSerializer,
    KeySerializer,
)
from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.instances import CONDITIONS, condition_filter
from apps.centralcloud.fleet.services.pairs import key_give
from apps.shared.access.audit import actor_of, audited
from apps.shared.core.api.jobs import Conflict
from apps.shared.core.api.viewsets import ReadViewSet
from apps.shared.core.embedded.errors import EmbeddedServerError

logger = structlog.get_logger(__name__)


class InstanceFilter(filters.FilterSet):
    """Filters of the list."""

    condition = filters.ChoiceFilter(
        choices=[(name, name) for name in CONDITIONS],
        method="in_condition",
        help_text="How it is now.",
    )

    class Meta:
        model = Instance
        fields = ("state", "mode")

    def in_condition(self, rows: QuerySet[Instance], _name: str, value: str) -> QuerySet[Instance]:
        """Instances that are so now."""
        return rows.filter(condition_filter(value))


class InstanceViewSet(ReadViewSet[Instance]):
    """The members of the fleet by name: how each is, what it does, what it has."""

    queryset = Instance.objects.order_by("name")
    serializer_class = InstanceSerializer
    filterset_class = InstanceFilter
    lookup_value_regex = "[a-z0-9-]+"
    permissions: ClassVar = {
        "create": "fleet.add_instance",
        "rotate": "fleet.change_instance",
        "revoke": "fleet.change_instance",
        "withdraw": "fleet.delete_instance",
    }
    scopes: ClassVar = dict.fromkeys(permissions, "administer")

    @extend_schema(
        request=EnrolSerializer,
        responses={201: KeyedSerializer, 409: None},
        examples=[
            OpenApiExample(
                "A pair is drawn here",
                {"name": "team-a", "note": "Payments, Berlin"},
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """Take an instance into the fleet, under the public key given or a pair drawn here.

        A drawn seed is in the answer, and nowhere else. 409 when it is enrolled already or the key
        was used before.
        """
        asked = EnrolSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given: dict[str, Any] = asked.validated_data
        said = _keyed(request, "enroll", given["name"], given["public_key"], note=given["note"])
        return Response(said, status=status.HTTP_201_CREATED)

    @extend_schema(request=KeySerializer, responses={200: KeyedSerializer, 409: None})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, **_kwargs: Any) -> Response:
        """Give it a new key: the old one lets nobody in any more, and verifies what is in flight.

        A drawn seed is in the answer, and nowhere else. 409 when it is not enrolled or the key was
        used before.
        """
        asked = KeySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        public = asked.validated_data["public_key"]
        name = self.get_object().name
        return Response(_keyed(request, "rotate", name, public))

    @extend_schema(request=None, responses={200: InstanceSerializer, 409: None})
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, **_kwargs: Any) -> Response:
        """Disconnect it and believe it no more; what it contributed stays. 409 when it was before.

        Where nats-server is run elsewhere, or does not take it, have ``manage.py nats_config``
        write its users then.
        """
        return self._shut_out(request, "revoke", services.instance_revoke)

    @extend_schema(request=None, responses={200: InstanceSerializer, 409: None})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **_kwargs: Any) -> Response:
        """Revoke it and remove all that it contributed, for good. 409 when it was before."""
        return self._shut_out(request, "withdraw", services.instance_withdraw)

    def _shut_out(self, request: Request, verb: str, act: Callable[..., Any]) -> Response:
        row = self.get_object()
        refusals = (services.EnrolmentError,)
        try:
            with audited(f"instance.{verb}", actor=actor_of(request), about=row, refusals=refusals):
                act(name=row.name)
        except services.EnrolmentError as error:
            raise Conflict(str(error)) from None
        _nats_told()
        row.refresh_from_db()
        return Response(self.get_serializer(row).data)


def _keyed(
    request: Request, verb: Literal["enroll", "rotate"], name: str, public: str, **said: str
) -> dict[str, str]:
    """Give an instance its key; what its operator sets there."""
    try:
        pair = key_give(verb=verb, name=name, public=public, actor=actor_of(request), **said)
    except services.EnrolmentError as error:
        raise Conflict(str(error)) from None
    answer: dict[str, str] = KeyedSerializer(
        {
            "instance": name,
            "public_key": pair.public,
            "seed": pair.seed,
            "centralcloud_public_key": settings.IDENTITY.key_made_here().public,
            "nats_told": _nats_told(),
        }
    ).data
    return answer


def _nats_told() -> bool:
    """Have an embedded nats-server obey; one that is run elsewhere is told by its operator."""
    try:
        return services.nats_users_write()
    except EmbeddedServerError as error:
        logger.warning("nats-server was not told", error=str(error))
        return False
