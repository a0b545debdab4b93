"""Messages that instances send: each handler hands a batch to one service.

What an instance had sent before it was withdrawn is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from apps.centralcloud.aggregation.engine.rows import (
    FactRow,
    Told,
    architecture_rows,
    framework_rows,
    package_rows,
    pattern_rows,
)
from apps.centralcloud.aggregation.models import Subject
from apps.centralcloud.aggregation.services.contributing import contributions_apply
from apps.centralcloud.aggregation.services.statistics import reports_apply
from apps.centralcloud.fleet.selectors.admission import admitted
from apps.shared.contracts.payloads.architecture import ArchitecturePatternsLearned
from apps.shared.contracts.payloads.base import CodebaseState
from apps.shared.contracts.payloads.code import CodePatternsLearned
from apps.shared.contracts.payloads.frameworks import FrameworksDetected
from apps.shared.contracts.payloads.packages import PackagesDeclared
from apps.shared.contracts.payloads.statistics import StatisticsReported
from apps.shared.nats_bridge.received import Handler, Received

S = TypeVar("S", bound=CodebaseState)


def code_patterns(batch: Sequence[Received[CodePatternsLearned]]) -> None:
    """``intelligence.code.pattern.learned``."""
    _learned(Subject.PATTERN, batch, pattern_rows)


def architecture(batch: Sequence[Received[ArchitecturePatternsLearned]]) -> None:
    """``intelligence.architecture.pattern.learned``."""
    _learned(Subject.ARCHITECTURE, batch, architecture_rows)


def frameworks(batch: Sequence[Received[FrameworksDetected]]) -> None:
    """``intelligence.framework.detected``."""
    _learned(Subject.FRAMEWORK, batch, framework_rows)


def packages(batch: Sequence[Received[PackagesDeclared]]) -> None:
    """``intelligence.package.declared``."""
    _learned(Subject.PACKAGE, batch, package_rows)


def statistics(batch: Sequence[Received[StatisticsReported]]) -> None:
    """``intelligence.statistics.reported``."""
    reports_apply(reports=[(one.instance, one.payload) for one in admitted(batch)])


BY_SUBJECT: Mapping[str, Handler[Any]] = {
    "intelligence.code.pattern.learned": code_patterns,
    "intelligence.architecture.pattern.learned": architecture,
    "intelligence.framework.detected": frameworks,
    "intelligence.package.declared": packages,
    "intelligence.statistics.reported": statistics,
}
"""All that aggregation takes in."""


def _learned(
    subject: Subject,
    batch: Sequence[Received[S]],
    rows_of: Callable[[Told, S], Iterator[FactRow]],
) -> None:
    contributions_apply(
        subject=subject,
        messages=[
            (told, rows_of(told, one.payload))
            for one in admitted(batch)
            for told in (Told(one.instance, one.payload, one.stored_at),)
        ],
    )
