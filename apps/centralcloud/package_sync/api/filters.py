"""Filters of packages and advisories, over REST."""

from __future__ import annotations

from typing import Any, get_args

from django import forms
from django.db.models import QuerySet
from django_filters import rest_framework as filters

from apps.centralcloud.package_sync.models import Advisory, Package
from apps.centralcloud.package_sync.selectors.naming import NotThere, names_check
from apps.centralcloud.package_sync.selectors.wanted import Wanted, packages_wanted
from apps.shared.contracts.payloads.base import Severity

_OF_USE = "of the versions that used_by has; without it, that anybody has"


class WantedForm(forms.Form):
    """Refuses names that stand for nothing, each in its own field."""

    def clean(self) -> dict[str, Any]:
        """What is asked."""
        for name in ("ecosystem", "implemented_in", "used_by"):
            try:
                names_check(Wanted(**{name: self.cleaned_data.get(name, "")}))
            except NotThere as error:
                self.add_error(name, str(error))
        return self.cleaned_data


class PackageFilter(filters.FilterSet):
    """What ``selectors.wanted`` can ask."""

    words = filters.CharFilter(
        max_length=200, help_text="Beginnings of words of name, keywords or summary; all of them."
    )
    ecosystem = filters.CharFilter(max_length=80, help_text="Type of the purl: npm, pypi ...")
    implemented_in = filters.CharFilter(max_length=30, help_text="A language: rust, C++ ...")
    licence = filters.CharFilter(
        max_length=60, help_text="SPDX identifier that the licence's expression names."
    )
    used_by = filters.CharFilter(max_length=63, help_text="Exact name of an instance.")
    vulnerable = filters.BooleanFilter(help_text=f"With an advisory {_OF_USE}.")
    deprecated = filters.BooleanFilter(help_text=f"Deprecated, as a whole or {_OF_USE}.")
    outdated = filters.BooleanFilter(help_text=f"With newer releases {_OF_USE}.")

    class Meta:
        model = Package
        form = WantedForm
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Package]) -> QuerySet[Package]:
        """Those that are asked for."""
        given: dict[str, Any] = self.form.cleaned_data
        return packages_wanted(Wanted(**{name: value for name, value in given.items() if value}))


class AdvisoryFilter(filters.FilterSet):
    """Which advisories."""

    severity = filters.ChoiceFilter(
        choices=[(one, one) for one in get_args(Severity) if one], help_text="Exact rating."
    )
    package = filters.CharFilter(
        field_name="affected__purl", max_length=500, help_text="Exact purl, without a version."
    )
    withdrawn = filters.BooleanFilter(
        field_name="withdrawn_at", lookup_expr="isnull", exclude=True, help_text="Whether it is."
    )
    in_use = filters.BooleanFilter(
        method="affecting", help_text="True: only those that affect a version which anybody has."
    )

    class Meta:
        model = Advisory
        fields: tuple[str, ...] = ()

    def affecting(
        self,
        rows: QuerySet[Any],
        _name: str,
        value: bool,  # noqa: FBT001  django-filter's own
    ) -> QuerySet[Any]:
        """Those that somebody should know of."""
        return rows.filter(instances__gt=0) if value else rows
