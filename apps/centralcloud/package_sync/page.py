"""What the page of a package shows, put together from its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from apps.centralcloud.package_sync.display import (
    CONCERNS,
    FACTS,
    OUTCOME_VARIANTS,
    SEVERITY_VARIANTS,
    STATE_VARIANTS,
    bars,
    languages,
)
from apps.centralcloud.package_sync.models import Package
from apps.centralcloud.package_sync.selectors.alternatives import alternatives_told
from apps.centralcloud.package_sync.selectors.described import packages_described
from apps.centralcloud.package_sync.selectors.detail import dependents, versions_told
from apps.centralcloud.package_sync.selectors.explorer import (
    affected_shown,
    holders_shown,
    needs_shown,
    version_shown,
)
from apps.centralcloud.package_sync.selectors.upkeep import upkeep_told
from apps.shared.packages.names import full_name

BARS_SHOWN = 12
VERSIONS_SHOWN = 50
HOLDERS_SHOWN = 100
DEPENDENTS_SHOWN = 50
NEEDS_SHOWN = 200
ADVISORIES_SHOWN = 100
OUTCOMES_SHOWN = 10


def package_page(row: Package, *, instance: str = "") -> dict[str, Any]:
    """Context of ``package_sync/package.html``: some twenty queries, whatever uses it.

    Args:
        instance: for which alternatives are sought; the first that has the package where empty.
    """
    holders = holders_shown(row, limit=HOLDERS_SHOWN + 1)
    asker = instance or (holders[0].use.instance if holders else "")
    return {
        "name": full_name(row.purl),
        "state_variant": STATE_VARIANTS[row.state],
        "holders": holders[:HOLDERS_SHOWN],
        "holders_more": len(holders) > HOLDERS_SHOWN,
        "askers": list(dict.fromkeys(one.use.instance for one in holders)),
        "asker": asker,
        "alternatives": alternatives_told(row, instance=asker) if asker else (),
        **_said(row),
        **_tied(row),
    }


def _said(row: Package) -> Mapping[str, Any]:
    """What its registry says, and how readings of it went."""
    (told,) = packages_described([row.pk])
    versions = versions_told(row, limit=VERSIONS_SHOWN)
    addresses = (("Homepage", row.homepage), ("Repository", row.repository))
    return {
        "told": told,
        # whoever publishes a package writes its addresses
        "links": [one for one in addresses if one[1].startswith(("https://", "http://"))],
        "languages": languages(told.implemented_in),
        "facts": [
            {"name": FACTS.get(one.fact, one.fact), "one": one, "concern": one.fact in CONCERNS}
            for one in upkeep_told(row, now=timezone.now())
        ],
        "bars": bars(row.spread, limit=BARS_SHOWN),
        "bars_more": max(0, len(row.spread) - BARS_SHOWN),
        "versions": versions,
        "versions_more": max(0, row.versions_count - len(versions)),
        "outcomes": [
            {"row": one, "variant": OUTCOME_VARIANTS.get(one.state, "")}
            for one in row.outcomes.select_related("job")[:OUTCOMES_SHOWN]
        ],
    }


def _tied(row: Package) -> Mapping[str, Any]:
    """What it needs, what needs it, and what ails it."""
    source = version_shown(row)
    users = dependents(row)
    return {
        "source": source,
        "needs": needs_shown(source, limit=NEEDS_SHOWN),
        "dependents": list(users.order_by("-instances", "id")[:DEPENDENTS_SHOWN]),
        "dependents_total": users.count(),
        "affected": [
            {"one": one, "variant": SEVERITY_VARIANTS.get(one.advisory.severity, "")}
            for one in affected_shown(row, limit=ADVISORIES_SHOWN)
        ],
    }
