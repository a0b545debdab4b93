"""How a package is kept up."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from apps.centralcloud.package_sync.engine.upkeep import Kept, upkeep_facts
from apps.centralcloud.package_sync.models import Advisory, Package
from apps.shared.contracts.payloads.queries import HealthFact


def upkeep_told(package: Package, *, now: datetime | None = None) -> tuple[HealthFact, ...]:
    """Facts of a package's upkeep with their evidence; one query."""
    open_ones = Advisory.objects.filter(
        affected__package=package, affected__versions__isnull=False, withdrawn_at=None
    ).order_by()
    kept = Kept(
        last_release_at=package.last_release_at,
        cadence_days=package.cadence_days,
        releases_year=package.releases_year,
        versions=package.versions_count,
        yanked=package.yanked_count,
        deprecated=" ".join(package.deprecated.split()),
        maintainers=package.maintainers,
        advisories=open_ones.values("group").distinct().count(),
    )
    facts = upkeep_facts(kept, now=now or timezone.now())
    return tuple(HealthFact(fact=one.fact, value=one.value, evidence=one.evidence) for one in facts)
