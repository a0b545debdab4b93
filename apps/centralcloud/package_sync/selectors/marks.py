"""Advisories of some versions: one mark for each vulnerability, under however many names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from django.db.models import Exists, OuterRef

from apps.centralcloud.package_sync.models import AffectedVersion
from apps.shared.contracts.payloads.base import Severity
from apps.shared.contracts.payloads.queries import AdvisoryMark
from apps.shared.packages.versions import versions_sorted

SEVERITIES = ("critical", "high", "medium", "low", "none", "")
"""The worst first."""
MARKS, AFFECTED, FIXED = 50, 50, 20
"""How much of each is told at most, as the contract has it."""


class _Row(NamedTuple):
    package: int
    ecosystem: str
    group: str
    osv_id: str
    severity: str
    summary: str
    version: str
    fixed: str
    contradicted: bool


_FIELDS = (
    "version__package",
    "version__package__ecosystem",
    "affected__advisory__group",
    "affected__advisory__osv_id",
    "affected__advisory__severity",
    "affected__advisory__summary",
    "version__version",
    "fixed",
    "contradicted",
)
_FIX_IS_AFFECTED = Exists(
    AffectedVersion.objects.filter(
        version__package=OuterRef("version__package"),
        version__version=OuterRef("fixed"),
        affected__advisory__group=OuterRef("affected__advisory__group"),
        affected__advisory__withdrawn_at=None,
    )
)
"""Whether another name of the vulnerability says that what fixes it is affected too."""


def advisory_marks(
    versions: Mapping[int, Iterable[int]],
) -> Mapping[int, tuple[AdvisoryMark, ...]]:
    """Marks by package, the worst first, of these versions; each package's ids. One query."""
    ids = [version for each in versions.values() for version in each]
    rows = AffectedVersion.objects.filter(
        version__in=ids, affected__advisory__withdrawn_at=None
    ).annotate(contradicted=_FIX_IS_AFFECTED)
    rows = rows.order_by("affected__advisory__osv_id", "-version__position")
    found: dict[int, dict[str, list[_Row]]] = defaultdict(lambda: defaultdict(list))
    for given in rows.values_list(*_FIELDS):
        row = _Row(*given)
        found[row.package][row.group].append(row)
    return {package: _marks(groups.values()) for package, groups in found.items()}


def _marks(groups: Iterable[Sequence[_Row]]) -> tuple[AdvisoryMark, ...]:
    made = [_mark(rows) for rows in groups]
    made.sort(key=lambda mark: (SEVERITIES.index(mark.severity), mark.id))
    return tuple(made[:MARKS])


def _mark(rows: Sequence[_Row]) -> AdvisoryMark:
    """Of several names of one vulnerability the one that knows most of it."""
    first = min(rows, key=lambda row: (SEVERITIES.index(row.severity), not row.summary))
    fixed = {row.fixed for row in rows if row.fixed}
    fixed -= {row.fixed for row in rows if row.contradicted}
    return AdvisoryMark(
        id=first.osv_id,
        severity=cast("Severity", first.severity),
        summary=" ".join(first.summary.split())[:500],
        affected=tuple(dict.fromkeys(row.version for row in rows))[:AFFECTED],
        fixed=tuple(versions_sorted(first.ecosystem, fixed)[:FIXED]),
    )
