"""What passes on what was learned asks for: the facts that changed after a revision of mining."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, JSONField, Model, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import JSONObject

from apps.singularity.ingestion.selectors.texts import codebase_paths, text_heads
from apps.singularity.patterns.engine.architecture import is_package_file, read_package
from apps.singularity.patterns.engine.architecture.model import Package
from apps.singularity.patterns.engine.changed import (
    ChangedPattern,
    KnownArchitecture,
    KnownFramework,
)
from apps.singularity.patterns.engine.mined import PatternKind
from apps.singularity.patterns.models import (
    ArchitecturePattern,
    CodePattern,
    Finding,
    Framework,
    Mining,
)

_FETCH = 2_000
_DETAILS = Case(
    When(kind=PatternKind.IDIOM, then=JSONObject(canonical=KeyTransform("canonical", "details"))),
    default=F("details"),
    output_field=JSONField(),
)
"""Of an idiom its canonical form alone: how to search for it is larger, and nobody asks."""


def mined_revision(*, codebase: int) -> int:
    """The revision of the last mining; 0 where a code base, by its id, was never mined."""
    revision = Mining.objects.filter(codebase=codebase).values_list("revision", flat=True).first()
    return revision or 0


def patterns_changed(
    *, codebase: int, after: int, also: Collection[str] = ()
) -> Iterator[ChangedPattern]:
    """Code patterns whose revision is above ``after``, and those of these signatures.

    Groups of clones are left out: they are about places. In one statement, so that what comes is
    one state of the table; who remembers a revision reads ``mined_revision`` before.
    """
    wanted = Q(revision__gt=after)
    if also:
        wanted |= Q(signature__in=also)
    rows = CodePattern.objects.filter(wanted, codebase=codebase).exclude(kind=PatternKind.CLONE)
    withdrawn = Case(When(withdrawn_at=None, then=Value(False)), default=Value(True))  # noqa: FBT003  an expression
    fields = rows.annotate(told=_DETAILS, gone=withdrawn).order_by("id").values_list(
        "signature", "kind", "language", "template", "occurrences", "files", "confidence", "told",
        "first_seen_at", "gone",
    )  # fmt: skip
    for row in fields.iterator(_FETCH):
        yield ChangedPattern(*row)


def architecture_known(*, codebase: int) -> list[KnownArchitecture]:
    """The architecture patterns that hold, by key."""
    rows = ArchitecturePattern.objects.filter(codebase=codebase, withdrawn_at=None).order_by("key")
    return [
        KnownArchitecture(key, confidence, tuple(str(hit["text"]) for hit in met), first_seen_at)
        for key, confidence, met, first_seen_at in rows.values_list(
            "key", "confidence", "met", "first_seen_at"
        )
    ]


def frameworks_known(*, codebase: int) -> list[KnownFramework]:
    """The frameworks in use, by key."""
    rows = Framework.objects.filter(codebase=codebase, withdrawn_at=None).order_by("key")
    return [KnownFramework(*row) for row in rows.values_list(*KnownFramework._fields)]


def own_packages(*, codebase: Any) -> list[Package]:
    """What the manifests of a code base say that it is itself."""
    head = text_heads(codebase=codebase)
    manifests = [path for path in codebase_paths(codebase=codebase) if is_package_file(path)]
    read = (read_package(path, head(path)) for path in manifests)
    return [package for package in read if package is not None]


@dataclass(frozen=True, slots=True)
class LearnedCounts:
    """How much was learned; code patterns as (kind, language, number)."""

    patterns: tuple[tuple[str, str, int], ...]
    architecture: int
    frameworks: int
    findings: int


def learned_counts(*, codebases: Collection[int]) -> LearnedCounts:
    """How much of what was learned of code bases, by their ids, holds now."""

    def holding(model: type[Model]) -> QuerySet[Any]:
        rows = model._default_manager.filter(codebase__in=codebases)  # noqa: SLF001  documented
        return rows.filter(withdrawn_at=None).order_by()

    patterns = holding(CodePattern).values_list("kind", "language").annotate(number=Count("id"))
    return LearnedCounts(
        patterns=tuple(patterns.order_by("kind", "language")),
        architecture=holding(ArchitecturePattern).count(),
        frameworks=holding(Framework).count(),
        findings=holding(Finding).count(),
    )


def held_counts(*, instance: str) -> tuple[int, int]:
    """The numbers of code patterns and of frameworks that an instance has now."""
    holding = Q(instance=instance, withdrawn_at=None)
    return CodePattern.objects.filter(holding).count(), Framework.objects.filter(holding).count()
