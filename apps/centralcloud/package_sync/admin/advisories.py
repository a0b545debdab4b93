"""Advisories, and whom they reach."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.centralcloud.fleet.admin.base import FleetAdmin
from apps.centralcloud.package_sync.admin.filters import InUseFilter, SeverityFilter
from apps.centralcloud.package_sync.display import SEVERITY_VARIANTS, UNRATED
from apps.centralcloud.package_sync.models import Advisory
from apps.centralcloud.package_sync.selectors.explorer import advisory_reach, reached_shown

HOLDERS_SHOWN = 500
PACKAGES_SHOWN = 5


@admin.register(Advisory)
class AdvisoryAdmin(FleetAdmin):
    """The newest first."""

    list_display = ("advisory", "how_bad", "names", "reach", "since")
    list_filter = (SeverityFilter, InUseFilter)
    list_per_page = 25
    list_before_template = "package_sync/style.html"
    change_form_template = "package_sync/advisory.html"
    search_fields = ("=osv_id", "=group", "=affected__purl", "summary")
    search_help_text = "An identifier, a whole package URL, or words of the summary"
    fields = ("osv_id", "source", "vector", "score", "published_at", "modified_at", "withdrawn_at")

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """Each row with the packages that it names and how many instances it reaches."""
        rows = list(changes.result_list.prefetch_related("affected"))
        reach = advisory_reach([row.pk for row in rows])
        for row in rows:
            row.instances = reach.get(row.pk, 0)
        changes.result_list = rows
        return {}

    @display(description="Advisory", ordering="osv_id")
    def advisory(self, row: Any) -> SafeString:
        """What it is called, and what it says."""
        return render_to_string("package_sync/advisory_name.html", {"row": row})

    @display(description="Severity", label={**SEVERITY_VARIANTS, UNRATED: ""}, ordering="score")
    def how_bad(self, row: Any) -> str:
        """In words."""
        return row.severity or UNRATED

    @display(description="Packages")
    def names(self, row: Any) -> str:
        """Those that it names."""
        purls = [one.purl for one in row.affected.all()]
        more = len(purls) - PACKAGES_SHOWN
        return ", ".join(purls[:PACKAGES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")

    @display(description="Instances affected")
    def reach(self, row: Any) -> str:
        """How many have a version that it affects."""
        return f"{row.instances:,}" if row.instances else "none"

    @display(description="Published", ordering="published_at", empty_value="")
    def since(self, row: Any) -> str | None:
        """The day."""
        return f"{row.published_at:%Y-%m-%d}" if row.published_at else None

    def row_context(self, request: HttpRequest, row: Advisory) -> dict[str, Any]:
        """Whom it reaches, package by package."""
        return {
            "variant": SEVERITY_VARIANTS.get(row.severity, ""),
            "reached": reached_shown(row, limit=HOLDERS_SHOWN),
            "links": [one for one in row.references if _is_link(one)],
        }


def _is_link(reference: Any) -> bool:
    """Whether it may stand in a page as a link: an advisory's author wrote it."""
    address = str(reference.get("url", "")) if isinstance(reference, dict) else ""
    return address.startswith(("https://", "http://"))
