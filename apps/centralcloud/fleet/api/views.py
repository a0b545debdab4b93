"""REST endpoints of the fleet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.centralcloud.fleet import services
from apps.centralcloud.fleet.api.serializers import InstanceSerializer
from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.instances import CONDITIONS, condition_filter
from apps.shared.access.audit import actor_of, audited
from apps.shared.core.api.jobs import Conflict
from apps.shared.core.api.viewsets import ReadViewSet


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
        "revoke": "fleet.change_instance",
        "withdraw": "fleet.delete_instance",
    }
    scopes: ClassVar = {"revoke": "administer", "withdraw": "administer"}

    @extend_schema(request=None, responses={200: InstanceSerializer, 409: None})
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, **_kwargs: Any) -> Response:
        """Disconnect it and believe it no more; what it contributed stays. 409 when it was before.

        Where nats-server is run elsewhere, have ``manage.py nats_config`` write its users then.
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
        services.nats_users_write()
        row.refresh_from_db()
        return Response(self.get_serializer(row).data)
