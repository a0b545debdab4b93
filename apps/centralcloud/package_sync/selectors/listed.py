"""Rows as the API lists them, page by page: versions, uses, advisories."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.centralcloud.package_sync.models import Advisory, Package, Use, UsedVersion, Version


def versions_listed(package: Package) -> QuerySet[Version]:
    """Versions, the newest first, each with how many ``instances`` have it."""
    rows = package.versions.order_by("-position", "id")
    return rows.annotate(instances=_instances(version=OuterRef("pk")))


def uses_listed(package: Package) -> QuerySet[Use]:
    """Who declares a package, by instance and code base, with the versions that they have."""
    rows = Use.objects.filter(package=package).order_by("instance", "codebase", "id")
    return rows.prefetch_related("versions")


def advisories_listed() -> QuerySet[Advisory]:
    """Advisories, last changed first, each with how many ``instances`` have what it affects."""
    had = _instances(version__affected__affected__advisory=OuterRef("pk"))
    rows = Advisory.objects.order_by("-modified_at", "-id").annotate(instances=had)
    return rows.prefetch_related("affected")


def _instances(**named: Any) -> Coalesce:
    """How many instances have a version like this."""
    rows = UsedVersion.objects.filter(**named).order_by().values(*named)
    counted = rows.annotate(n=Count("use__instance", distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
