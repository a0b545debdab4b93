"""Filters of the list of packages: what ``Wanted`` asks, applied all at once by the list."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.centralcloud.package_sync.selectors.explorer import advisories_in_use
from apps.centralcloud.package_sync.selectors.listing import (
    ecosystems_known,
    instances_known,
    languages_known,
    licences_used,
)
from apps.centralcloud.package_sync.selectors.wanted import Wanted

CONCERNS = (
    ("vulnerable", "vulnerable versions in use"),
    ("deprecated", "deprecated, in use"),
    ("outdated", "older versions in use"),
)
LICENCES_SHOWN = 60


class WantedFilter(DropdownFilter):
    """One thing that is asked of packages.

    Together they may mean another thing than one by one (vulnerable, used by somebody), so that
    ``PackageAdmin.get_search_results`` applies them.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """All: what is asked is applied later."""
        return queryset


class EcosystemFilter(WantedFilter):
    """By the type of the package URL."""

    title = "ecosystem"
    parameter_name = "ecosystem"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Those that there are packages of."""
        return [(name, name) for name in ecosystems_known()]


class ImplementedInFilter(WantedFilter):
    """By the language that a package is implemented in."""

    title = "implemented in"
    parameter_name = "implemented_in"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Those that are known of any package."""
        return [(name, name) for name in languages_known()]


class LicenceFilter(WantedFilter):
    """By an identifier that the licence names."""

    title = "licence"
    parameter_name = "licence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Licences of what is in use, those of most packages first."""
        found = [one.licence for one in licences_used() if one.licence]
        return [(name, name) for name in found[:LICENCES_SHOWN]]


class UsedByFilter(WantedFilter):
    """By an instance that uses it."""

    title = "used by"
    parameter_name = "used_by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Those that have declared something."""
        return [(name, name) for name in instances_known()]


class ConcernFilter(WantedFilter):
    """By what should be looked at."""

    title = "concern"
    parameter_name = "concern"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Of the versions that the chosen instance has, or anybody."""
        return list(CONCERNS)


def wanted_of(request: HttpRequest, words: str) -> Wanted:
    """What the address of a list asks."""
    asked = request.GET
    concern = asked.get("concern", "")
    return Wanted(
        words=words,
        ecosystem=asked.get("ecosystem", ""),
        implemented_in=asked.get("implemented_in", ""),
        licence=asked.get("licence", ""),
        used_by=asked.get("used_by", ""),
        vulnerable=concern == "vulnerable",
        deprecated=concern == "deprecated",
        outdated=concern == "outdated",
    )


class SeverityFilter(DropdownFilter):
    """Advisories by how bad they are."""

    title = "severity"
    parameter_name = "severity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The worst first."""
        return [(name, name) for name in ("critical", "high", "medium", "low", "none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the severity."""
        return queryset.filter(severity=self.value()) if self.value() else queryset


class InUseFilter(DropdownFilter):
    """Advisories by whether somebody has a version that they affect."""

    title = "in use"
    parameter_name = "in_use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Whether somebody has."""
        return [("yes", "a version in use is affected")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those that affect somebody."""
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=advisories_in_use().order_by().values("pk"))
