"""The explorer of packages: what registries say of each, and what the fleet has of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from apps.centralcloud.fleet.admin.base import FleetAdmin
from apps.centralcloud.package_sync.admin.filters import (
    ConcernFilter,
    EcosystemFilter,
    ImplementedInFilter,
    LicenceFilter,
    UsedByFilter,
    wanted_of,
)
from apps.centralcloud.package_sync.display import bars
from apps.centralcloud.package_sync.models import Package
from apps.centralcloud.package_sync.page import package_page
from apps.centralcloud.package_sync.selectors.described import packages_described
from apps.centralcloud.package_sync.selectors.explorer import marks_in_use
from apps.centralcloud.package_sync.selectors.wanted import packages_wanted
from apps.shared.packages.names import full_name

VERSIONS_SHOWN = 3


@admin.register(Package)
class PackageAdmin(FleetAdmin):
    """Those that most instances use first."""

    list_display = ("package", "newest", "terms", "made_in", "in_use", "has", "concerns")
    list_filter = (
        EcosystemFilter,
        ImplementedInFilter,
        LicenceFilter,
        UsedByFilter,
        ConcernFilter,
        ("state", ChoicesDropdownFilter),
        ("shown", BooleanRadioFilter),
    )
    list_per_page = 25
    list_before_template = "package_sync/style.html"
    change_form_template = "package_sync/package.html"
    search_fields = ("words",)
    search_help_text = "Words of the name, the keywords or the summary; their beginnings are enough"
    ordering = ("-instances", "id")
    fields = ("purl", "state", "shown", "depth", "read_at", "changed_at", "due_at", "attempts")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Package], search_term: str
    ) -> tuple[QuerySet[Package], bool]:
        """Packages that the words and the filters ask for."""
        rows = queryset & packages_wanted(wanted_of(request, search_term))
        name = search_term.strip().rpartition("/")[2]
        if name and ORDER_VAR not in request.GET:
            exact = Case(When(name__iexact=name, then=0), default=1)
            rows = rows.order_by(exact, *self.ordering)
        return rows, False

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """Each row with what registries and advisories say: seven queries for all of them."""
        rows = list(changes.result_list)
        ids = [row.pk for row in rows]
        told = {one.purl: one for one in packages_described(ids)}
        marks = marks_in_use(ids)
        for row in rows:
            row.told, row.marks = told[row.purl], marks.get(row.pk, ())
        changes.result_list = rows
        return {}

    @display(description="Package", ordering="purl")
    def package(self, row: Any) -> SafeString:
        """Its name, what it is of, and what it does."""
        shown = {"row": row, "name": full_name(row.purl)}
        return render_to_string("package_sync/name.html", shown)

    @display(description="Latest", ordering="last_release_at")
    def newest(self, row: Any) -> SafeString:
        """The latest version, and how old it is."""
        return render_to_string("package_sync/newest.html", {"row": row})

    @display(description="Licence", ordering="licence", empty_value="not known")
    def terms(self, row: Any) -> str | None:
        """As an SPDX expression."""
        return row.licence or None

    @display(description="Implemented in", empty_value="not known")
    def made_in(self, row: Any) -> str | None:
        """Languages."""
        return ", ".join(dict.fromkeys(one.language for one in row.told.implemented_in)) or None

    @display(description="In use", ordering="instances")
    def in_use(self, row: Any) -> SafeString:
        """At how many instances, in how many code bases."""
        return render_to_string("package_sync/in_use.html", {"row": row})

    @display(description="Versions in use")
    def has(self, row: Any) -> SafeString:
        """Those that most instances have."""
        shown = bars(row.spread, limit=VERSIONS_SHOWN)
        more = len(row.spread) - len(shown)
        return render_to_string("package_sync/spread_small.html", {"bars": shown, "more": more})

    @display(description="Concerns")
    def concerns(self, row: Any) -> SafeString:
        """Advisories of versions in use, and that it is deprecated."""
        return render_to_string("package_sync/concerns.html", {"row": row, "marks": row.marks})

    def row_context(self, request: HttpRequest, row: Package) -> dict[str, Any]:
        """All that is known of it."""
        return package_page(row, instance=request.GET.get("instance", ""))
