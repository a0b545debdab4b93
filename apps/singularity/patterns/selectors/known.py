"""What is known of an instance's code: rows of it alone, and one pattern over its code bases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Model, Prefetch, QuerySet

from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.places import codebase_referenced
from apps.singularity.patterns.display.rules import rule_yaml
from apps.singularity.patterns.models import CodePattern, ModuleGraph, PatternSupport

M = TypeVar("M", bound=Model)
TREND_POINTS = 500


@dataclass(frozen=True, slots=True)
class KnownPattern:
    """A pattern in every code base of the instance that has it, or had it.

    ``occurrences`` and ``files`` sum up those that have it now; ``rows`` begin with them, most
    occurrences first; ``trend`` holds the points of each row by its id.
    """

    signature: str
    kind: str
    language: str
    template: str
    occurrences: int
    files: int
    ast_grep: str
    rows: Sequence[CodePattern]
    trend: Mapping[int, Sequence[PatternSupport]]


def own(model: type[M]) -> QuerySet[M]:
    """A model's rows of this instance."""
    return model._default_manager.filter(instance=settings.INSTANCE_ID)  # noqa: SLF001  documented


def holding(model: type[M]) -> QuerySet[M]:
    """A model's rows of this instance that hold now."""
    return own(model).filter(withdrawn_at=None)


def codebase_wanted(*, reference: str) -> Any:
    """The code base of this name or id; without one the only one, or that mined last.

    None where none was mined.

    Raises:
        UnknownCodebase: this instance has none of the name or id.
    """
    if reference:
        return codebase_referenced(instance=settings.INSTANCE_ID, reference=reference)
    graph = own(ModuleGraph).select_related("codebase").defer("graph", "drawing")
    latest = graph.order_by("-mined_at", "id").first()
    if latest:
        return latest.codebase
    codebases = codebases_of(instance=settings.INSTANCE_ID)
    return codebases[0] if codebases else None


def module_graph(*, codebase: Any) -> ModuleGraph | None:
    """The module graph of a code base as last mined."""
    return own(ModuleGraph).filter(codebase=codebase).first()


def pattern_known(*, signature: str) -> KnownPattern | None:
    """A pattern by its signature, in two queries; None where no code base ever had it."""
    rows = list(own(CodePattern).filter(signature=signature).select_related("codebase"))
    if not rows:
        return None
    rows.sort(key=lambda row: (row.withdrawn_at is not None, -row.occurrences, row.pk))
    current = [row for row in rows if row.withdrawn_at is None]
    best = rows[0]
    return KnownPattern(
        signature=signature,
        kind=best.kind,
        language=best.language,
        template=best.template,
        occurrences=sum(row.occurrences for row in current),
        files=sum(row.files for row in current),
        ast_grep=rule_yaml(
            best.details.get("ast_grep"), signature=signature, language=best.language
        ),
        rows=rows,
        trend=support_trend(rows),
    )


def support_trend(rows: Sequence[CodePattern]) -> dict[int, list[PatternSupport]]:
    """The last points of each pattern's course, oldest first, by the pattern's id."""
    points = PatternSupport.objects.filter(pattern__in=rows).order_by("-revision", "-id")
    trend: dict[int, list[PatternSupport]] = defaultdict(list)
    for point in reversed(points[:TREND_POINTS]):
        trend[point.pattern_id].append(point)
    return trend


def recent_support(points: int) -> Prefetch[Any, Any, Any]:
    """The last points of each pattern of a list, newest first, as ``recent``."""
    rows = PatternSupport.objects.order_by("-revision")[:points]
    return Prefetch("history", queryset=rows, to_attr="recent")
