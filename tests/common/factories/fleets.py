"""Whole fleets, by what their instances told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.shared.contracts.payloads.code import CodePatternFact
from tests.common.factories import told
from tests.common.factories.fleet import InstanceFactory

_REVISIONS = count(told.revision(told.NOW))


def fleet_tells(
    instance: str,
    *,
    patterns: Sequence[CodePatternFact | str] = (),
    frameworks: Sequence[tuple[str, str]] = (),
    packages: Sequence[str] = (),
    architecture: Sequence[str] = (),
    enrolled: bool = True,
) -> None:
    """All that an instance holds now; what it held before and does not say again is gone."""
    if enrolled:
        InstanceFactory.create(name=instance)
    revision = next(_REVISIONS)
    floor: dict[str, Any] = {"floor": revision}
    handlers.code_patterns([told.patterns(instance, revision, *patterns, **floor)])
    handlers.frameworks([told.frameworks(instance, revision, *frameworks, **floor)])
    handlers.packages([told.packages(instance, revision, *packages, **floor)])
    handlers.architecture([told.architecture(instance, revision, *architecture, **floor)])


def fleet_adds_up() -> None:
    """The hourly adding up."""
    facts_aggregate(now=told.NOW)
