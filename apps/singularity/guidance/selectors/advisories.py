"""What Centralcloud says of packages, and what of it concerns this instance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from apps.shared.packages.names import purl_split
from apps.singularity.guidance.engine.concerns import Declaration, Here, concerned
from apps.singularity.guidance.models import WORST_FIRST, Advisory
from apps.singularity.guidance.selectors.insights import own
from apps.singularity.ingestion.selectors.declared import packages_declared


@dataclass(frozen=True, slots=True)
class Concern:
    """An advisory, and what of this instance's code bases it concerns."""

    advisory: Advisory
    here: tuple[Here, ...]


def advisories_told(*, everything: bool = False) -> QuerySet[Advisory]:
    """What was told and holds, worst first; or all that is kept."""
    rows = own(Advisory) if everything else own(Advisory).filter(over=False)
    return rows.annotate(worst=WORST_FIRST).order_by("worst", "name", "key", "id")


def advisories_here() -> list[Concern]:
    """What concerns this instance, worst first, in two queries."""
    return [one for one in advisories_joined(list(advisories_told())) if one.here]


def advisories_joined(advisories: Collection[Advisory]) -> list[Concern]:
    """Each with what of this instance it concerns, which may be nothing; one query."""
    declared = _declared({row.purl for row in advisories if not row.over})
    return [Concern(row, tuple(_here(row, declared[row.purl]))) for row in advisories]


def _declared(purls: Collection[str]) -> dict[str, list[Declaration]]:
    found: dict[str, list[Declaration]] = defaultdict(list)
    rows = packages_declared(instance=settings.INSTANCE_ID, purls=purls) if purls else []
    for row in rows:
        found[row.purl].append(Declaration(row.codebase, row.version, row.requirement))
    return found


def _here(row: Advisory, declared: Iterable[Declaration]) -> list[Here]:
    if row.over:
        return []
    ecosystem = purl_split(row.purl)[0]
    return concerned(declared, ecosystem=ecosystem, affected=row.affected, fixed=row.fixed)
