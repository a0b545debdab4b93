"""Packages that an admin wants, and how each reading of a package went."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from apps.centralcloud.fleet.admin.base import FleetAdmin
from apps.centralcloud.package_sync.engine.registry import (
    ECOSYSTEMS,
    Malformed,
    PackageMissing,
    Refused,
    TooLarge,
    Unavailable,
)
from apps.centralcloud.package_sync.models import Outcome, Seed
from apps.centralcloud.package_sync.services.naming import WrongPurl, purl_normal
from apps.centralcloud.package_sync.services.syncing.reading import UNEXPECTED
from apps.shared.access.admin.audited import AuditedAdmin
from apps.shared.core.admin.lists import ListAdmin

DEEPEST = 5
SOON = "{} is read with what is due: within a quarter of an hour."
VARIANTS = {
    Outcome.State.CHANGED.label: "success",
    Outcome.State.UNCHANGED.label: "info",
    Outcome.State.MISSING.label: "warning",
    Outcome.State.LEFT_OUT.label: "warning",
    Outcome.State.FAILED.label: "danger",
}
CAUSES = (
    *(kind.reason for kind in (Unavailable, Malformed, TooLarge, Refused, PackageMissing)),
    UNEXPECTED,
)


class SeedForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in stubs only
    """A package by its purl, as people write it."""

    purl = forms.CharField(
        label="Package URL",
        help_text="Without a version, such as pkg:npm/react or pkg:pypi/django.",
        widget=UnfoldAdminTextInputWidget,
    )
    depth = forms.IntegerField(
        min_value=0,
        max_value=DEEPEST,
        initial=1,
        help_text=f"How many steps of dependencies are read with it, 0 to {DEEPEST}.",
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = Seed
        fields = ("purl", "depth", "note")

    def clean_purl(self) -> str:
        """The purl in the form under which packages are kept."""
        try:
            return purl_normal(self.cleaned_data["purl"])
        except WrongPurl as error:
            raise forms.ValidationError(str(error)) from None


@admin.register(Seed)
class SeedAdmin(AuditedAdmin, ListAdmin, ModelAdmin):
    """Packages that are read whether or not anybody declares them."""

    noun = "package_seed"

    form = SeedForm
    list_display = ("purl", "depth", "note", "added_at")
    search_fields = ("purl", "note")
    list_per_page = 50
    search_help_text = "Part of a package URL or of a note"

    def save_model(self, request: HttpRequest, obj: Seed, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        """Say when it will be read."""
        super().save_model(request, obj, form, change)
        messages.info(request, SOON.format(obj.purl))


class EcosystemFilter(DropdownFilter):
    """By the registry that was asked."""

    title = "ecosystem"
    parameter_name = "ecosystem"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Those whose registries are asked."""
        return [(name, name) for name in ECOSYSTEMS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Readings of such packages."""
        return queryset.filter(package__ecosystem=self.value()) if self.value() else queryset


class CauseFilter(DropdownFilter):
    """By the kind of failure."""

    title = "reason"
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds that there are."""
        return [(cause, cause.replace("_", " ")) for cause in CAUSES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Readings that failed so."""
        return queryset.filter(cause=self.value()) if self.value() else queryset


@admin.register(Outcome)
class OutcomeAdmin(FleetAdmin):
    """The newest first."""

    list_display = ("package", "condition", "reason", "cost", "at")
    list_filter = (("state", ChoicesDropdownFilter), EcosystemFilter, CauseFilter)
    list_select_related = ("package",)
    search_fields = ("=package__purl",)
    search_help_text = "A whole package URL, such as pkg:npm/react"
    fields: ClassVar = (
        "package", "condition", "cause", "reason", "requests", "bytes", "seconds", "job", "at",
    )  # fmt: skip
    readonly_fields = ("condition",)

    @display(description="Outcome", label=VARIANTS, ordering="state")
    def condition(self, row: Outcome) -> str:
        """What came of it."""
        return row.get_state_display()

    @display(description="Cost")
    def cost(self, row: Outcome) -> str:
        """Requests, bytes and time."""
        requests = "request" if row.requests == 1 else "requests"
        size = filesizeformat(row.bytes)
        return f"{row.requests:,} {requests}, {size}, {row.seconds:.1f} s"
