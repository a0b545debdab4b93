"""Packages over REST. Who may read it sees all packages, shown to instances or not."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.centralcloud.package_sync.api import serializers
from apps.centralcloud.package_sync.api.filters import AdvisoryFilter, PackageFilter
from apps.centralcloud.package_sync.models import Advisory, Package, Use, Version
from apps.centralcloud.package_sync.selectors.alternatives import alternatives_told
from apps.centralcloud.package_sync.selectors.answering import (
    package_answer,
    package_named,
    packages_answer,
)
from apps.centralcloud.package_sync.selectors.detail import dependents
from apps.centralcloud.package_sync.selectors.listed import (
    advisories_listed,
    uses_listed,
    versions_listed,
)
from apps.centralcloud.package_sync.selectors.listing import instances_known, licences_used
from apps.centralcloud.package_sync.selectors.wanted import Wanted
from apps.shared.contracts.payloads.queries import Alternative, PackagesAnswer
from apps.shared.core.api.viewsets import ListViewSet

LIMIT = 200
"""Packages of an instance that one answer has at most."""
KEY = OpenApiParameter(
    "key",
    OpenApiTypes.STR,
    OpenApiParameter.PATH,
    description="A purl, with its slashes and with a version or without, or the package's id.",
)
INSTANCE = OpenApiParameter("instance", OpenApiTypes.STR, description="Name of an instance.")


def package_of(key: str) -> Package:
    """The package of an id or a purl. Raises Http404 where there is none."""
    if not key.isdecimal():
        found = package_named(key, audience=None)
    else:
        found = Package.objects.filter(pk=int(key)).first() if len(key) < 19 else None
    if found is None:
        raise Http404
    return found


def instance_of(request: Request) -> str:
    """The instance that a request names; empty without one. Raises ValidationError: 400."""
    name = request.query_params.get("instance", "")
    if "\0" in name:
        raise ValidationError({"instance": ["This is no name of an instance."]})
    return str(name)


class PackageViewSet(ListViewSet[Package]):
    """Packages, those that most instances use first."""

    queryset = Package.objects.none()
    serializer_class = serializers.PackageSerializer
    filterset_class = PackageFilter

    def get_queryset(self) -> QuerySet[Package]:
        """All; the filter narrows them."""
        return Package.objects.order_by("-instances", "id")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those that are asked for, with what the page shows of them."""
        rows = super().filter_queryset(queryset)
        return rows.defer("words").prefetch_related("implementations")


class PackageView(APIView):
    """One package in detail."""

    permissions: ClassVar = {"get": "package_sync.view_package"}

    @extend_schema(parameters=[KEY, INSTANCE], responses=PackagesAnswer)
    def get(self, request: Request, key: str) -> Response:
        """Its newest versions, dependents, upkeep; with an instance also what that one has of it.

        Alternatives are what instances similar to that one use instead.
        """
        package = package_of(key)
        answer = package_answer(package.purl, audience=None, instance=instance_of(request))
        return Response(answer.model_dump(mode="json"))


class _OfPackage(ListViewSet[Any]):
    """Rows that belong to one package."""

    filter_backends = ()

    def package(self) -> Package:
        """The one in the address."""
        return package_of(self.kwargs["key"])

    @extend_schema(parameters=[KEY])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # as CSV
        """A page of them, or all as CSV."""
        return super().list(request, *args, **kwargs)


class VersionViewSet(_OfPackage):
    """Versions of a package, the newest first."""

    queryset = Version.objects.none()
    serializer_class = serializers.VersionSerializer

    def get_queryset(self) -> QuerySet[Version]:
        """Each with how many instances have it."""
        return versions_listed(self.package())


class DependentViewSet(_OfPackage):
    """Packages of the fleet of which a version in use needs this one."""

    queryset = Package.objects.none()
    serializer_class = serializers.PackageSerializer

    def get_queryset(self) -> QuerySet[Package]:
        """Those that most instances use first."""
        rows = dependents(self.package()).order_by("-instances", "id")
        return rows.defer("words").prefetch_related("implementations")


class UseViewSet(_OfPackage):
    """Code bases that declare a package, with the versions that they have."""

    queryset = Use.objects.none()
    serializer_class = serializers.UseSerializer

    def get_queryset(self) -> QuerySet[Use]:
        """By instance and code base."""
        return uses_listed(self.package())


class AlternativesView(APIView):
    """What similar instances use instead."""

    permissions: ClassVar = {"get": "package_sync.view_package"}

    @extend_schema(
        parameters=[KEY, OpenApiParameter("instance", OpenApiTypes.STR, required=True)],
        responses=Alternative,
    )
    def get(self, request: Request, key: str) -> Response:
        """Packages of the same role that instances similar to this one use, and it not."""
        instance = instance_of(request)
        if not instance:
            raise ValidationError({"instance": ["Name the instance."]})
        found = alternatives_told(package_of(key), instance=instance)
        return Response([one.model_dump(mode="json") for one in found])


class AdvisoryViewSet(ListViewSet[Advisory]):
    """Advisories, last changed first, with the packages that they name."""

    queryset = Advisory.objects.none()
    serializer_class = serializers.AdvisorySerializer
    filterset_class = AdvisoryFilter

    def get_queryset(self) -> QuerySet[Advisory]:
        """Each with how many instances have a version that it affects."""
        return advisories_listed()


class LicencesView(APIView):
    """Licences of what is in use."""

    permissions: ClassVar = {"get": "package_sync.view_use"}

    @extend_schema(parameters=[INSTANCE], responses=serializers.LicenceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """SPDX identifiers by how many packages in use name them; of one instance if named."""
        rows = licences_used(instance=instance_of(request))
        return Response([row._asdict() for row in rows])


class InstancePackagesView(APIView):
    """What one instance uses."""

    permissions: ClassVar = {"get": "package_sync.view_use"}

    @extend_schema(
        parameters=[
            OpenApiParameter(name, OpenApiTypes.BOOL)
            for name in ("vulnerable", "deprecated", "outdated")
        ],
        responses=PackagesAnswer,
    )
    def get(self, request: Request, name: str) -> Response:
        """Its packages with its versions, the advisories that affect them and where they are fixed.

        At most 200, those that most instances use first; ``total`` counts them all.
        """
        if name not in instances_known():
            raise Http404
        asked = PackageFilter(request.query_params)
        if not asked.is_valid():
            raise ValidationError(asked.errors)
        given = {key: value for key, value in asked.form.cleaned_data.items() if value}
        wanted = Wanted(**{**given, "used_by": name})
        answer = packages_answer(wanted, limit=LIMIT, instance=name)
        return Response(answer.model_dump(mode="json"))
