"""REST routes of packages, below ``/api/v1/``.

A purl stands in an address as it is, slashes and all. One whose last name is that of a list here
(``versions``, ``dependents``, ``uses``, ``alternatives``) below a namespace goes by its id.
"""

from __future__ import annotations

from typing import Any

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from apps.centralcloud.package_sync.api import views
from apps.centralcloud.package_sync.api.hot import HotPackagesView
from apps.centralcloud.package_sync.api.sbom import SbomView

KEY = r"^packages/(?P<key>\d+|pkg:[^/]+/.+?)"

router = SimpleRouter(trailing_slash=False)
router.register("packages", views.PackageViewSet, basename="package")
router.register("advisories", views.AdvisoryViewSet, basename="advisory")
LIST: dict[str, Any] = {"get": "list"}

urlpatterns = [
    *router.urls,
    path("packages/hot", HotPackagesView.as_view(), name="packages-hot"),
    re_path(f"{KEY}/versions$", views.VersionViewSet.as_view(LIST), name="package-versions"),
    re_path(f"{KEY}/dependents$", views.DependentViewSet.as_view(LIST), name="package-dependents"),
    re_path(f"{KEY}/uses$", views.UseViewSet.as_view(LIST), name="package-uses"),
    re_path(f"{KEY}/alternatives$", views.AlternativesView.as_view(), name="package-alternatives"),
    re_path(f"{KEY}$", views.PackageView.as_view(), name="package-detail"),
    path("licences", views.LicencesView.as_view(), name="licences"),
    path("instances/<slug:name>/packages", views.InstancePackagesView.as_view(), name="used"),
    path("instances/<slug:instance>/sbom", SbomView.as_view(), name="instance-sbom"),
]
