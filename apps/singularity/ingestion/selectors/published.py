"""What publishing asks about code bases besides what they declare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import Count, Sum

from apps.singularity.ingestion.models import (
    Chunk,
    Codebase,
    DeclaredDependency,
    File,
    SecretFinding,
)
from apps.singularity.ingestion.selectors.totals import Position, codebases_position

_SEPARATORS = str.maketrans(dict.fromkeys(":/#", "."))


@dataclass(slots=True)
class LanguageHolding:
    """How much code of one language there is."""

    files: int = 0
    chunks: int = 0
    lines: int = 0


@dataclass(slots=True)
class Holdings:
    """What is stored of some code bases; languages by name."""

    languages: dict[str, LanguageHolding] = field(
        default_factory=lambda: defaultdict(LanguageHolding)
    )
    purls: frozenset[str] = frozenset()
    secrets: int = 0


def defined_names(*, codebase: Codebase) -> set[str]:
    """The unqualified names of all that a code base defines."""
    symbols = Chunk.objects.filter(codebase=codebase).exclude(symbol="").order_by()
    return {
        symbol.translate(_SEPARATORS).rpartition(".")[2]
        for symbol in symbols.values_list("symbol", flat=True).distinct().iterator(10_000)
    }


def holdings_of(*, codebases: Sequence[int]) -> Holdings:
    """What is stored of code bases, by their ids."""
    purls = DeclaredDependency.objects.filter(codebase__in=codebases).order_by()
    return Holdings(
        languages=_languages(codebases),
        purls=frozenset(purls.values_list("purl", flat=True).distinct()),
        secrets=SecretFinding.objects.filter(codebase__in=codebases).count(),
    )


def languages_ranked(*, instance: str) -> tuple[str, ...]:
    """The languages of an instance, that of the most chunks first; counted once a revision."""
    return _ranked_at(codebases_position(instance=instance))


@lru_cache(maxsize=8)
def _ranked_at(position: Position) -> tuple[str, ...]:
    languages = _languages([codebase for codebase, _, _ in position])
    return tuple(sorted(languages, key=lambda name: (-languages[name].chunks, name)))


def _languages(codebases: Sequence[int]) -> dict[str, LanguageHolding]:
    found: dict[str, LanguageHolding] = defaultdict(LanguageHolding)
    files = File.objects.filter(codebase__in=codebases, state=File.State.INCLUDED)
    chunks = Chunk.objects.filter(codebase__in=codebases).order_by()
    counted = files.exclude(language="").values_list("language")
    for language, number, lines in counted.annotate(n=Count("id"), sum=Sum("lines")):
        found[language].files, found[language].lines = number, lines
    for language, number in chunks.values_list("language").annotate(n=Count("id")):
        found[language].chunks = number
    return {name: one for name, one in found.items() if name}
