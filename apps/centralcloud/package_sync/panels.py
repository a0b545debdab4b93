"""What the dashboard shows of packages, and their part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from apps.centralcloud.package_sync.display import SEVERITY_VARIANTS, UNRATED
from apps.centralcloud.package_sync.models import Outcome, Package
from apps.centralcloud.package_sync.selectors.explorer import packages_overview
from apps.shared.core.admin.base import list_url
from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item


def _packages(_request: HttpRequest) -> dict[str, Any]:
    """Five queries, whatever the number of packages and instances."""
    found = packages_overview()
    known = found.states.get(Package.State.KNOWN, 0)
    return {
        "any": bool(found.states),
        "numbers": [
            ("known", known, list_url(Package, state__exact=Package.State.KNOWN.value)),
            ("waiting", found.waiting, list_url(Package, state__exact=Package.State.NEW.value)),
            ("failing", found.failing, list_url(Outcome, state__exact=Outcome.State.FAILED.value)),
        ],
        "vulnerable": [
            {"severity": name or UNRATED, "number": number, "variant": SEVERITY_VARIANTS[name]}
            for name, number in found.vulnerable
        ],
        "vulnerable_url": list_url(Package, concern="vulnerable"),
        "most_used": found.most_used,
    }


PACKAGES = Panel(
    "packages", "Packages", "package_sync/packages.html", _packages, live=True, later=True
)

SIDEBAR = Group(
    "Packages",
    (
        Item(
            "Packages",
            "deployed_code",
            "admin:package_sync_package_changelist",
            "package_sync.view_package",
        ),
        Item(
            "Advisories",
            "shield",
            "admin:package_sync_advisory_changelist",
            "package_sync.view_advisory",
        ),
        Item(
            "Wanted",
            "playlist_add",
            "admin:package_sync_seed_changelist",
            "package_sync.view_seed",
        ),
        Item(
            "Readings",
            "sync_alt",
            "admin:package_sync_outcome_changelist",
            "package_sync.view_outcome",
        ),
    ),
)
