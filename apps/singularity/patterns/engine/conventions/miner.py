"""From the choices of files to the conventions of a code base."""

from __future__ import annotations

from dataclasses import dataclass, field

from apps.shared.contracts.signatures import signature_of
from apps.singularity.patterns.engine.conventions.sentences import sentence_of
from apps.singularity.patterns.engine.conventions.wilson import wilson_lower_bound
from apps.singularity.patterns.engine.facts import Choice, FileFacts
from apps.singularity.patterns.engine.mined import (
    EXAMPLES_LIMIT,
    Mined,
    MinedPattern,
    PatternKind,
    Place,
)

MIN_TOTAL = 10
"""Below this a share says nothing: nine of nine may be a coincidence."""


@dataclass(slots=True)
class _Sum:
    """One measure of one language over all files."""

    files: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)

    def add(self, path: str, choices: dict[str, Choice]) -> None:
        self.files += 1
        for choice, taken in choices.items():
            self.counts[choice] = self.counts.get(choice, 0) + taken.count
            places = self.places.setdefault(choice, [])
            room = EXAMPLES_LIMIT - len(places)
            places += [Place(path, line, line) for line in taken.lines[:room]]


class ConventionMiner:
    """Sums up what files chose.

    A convention's confidence is the share of what most files do; its score is the lower bound of
    that share (Wilson 1927), so that few cases rank below many. Its examples are the places that
    do otherwise, as they are what people look for.
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], _Sum] = {}

    def add(self, path: str, facts: FileFacts) -> None:
        """Take in one file."""
        for measure, choices in facts.conventions.items():
            summed = self._sums.setdefault((facts.language, measure), _Sum())
            summed.add(path, dict(choices))

    def mine(self) -> Mined:
        """All conventions, the surest first."""
        patterns = [
            _pattern(language, measure, summed)
            for (language, measure), summed in sorted(self._sums.items())
            if sum(summed.counts.values()) >= MIN_TOTAL
        ]
        patterns.sort(key=lambda pattern: (-pattern.score, pattern.language, pattern.template))
        return Mined(tuple(patterns))


def _pattern(language: str, measure: str, summed: _Sum) -> MinedPattern:
    ranked = sorted(summed.counts.items(), key=lambda item: (-item[1], item[0]))
    total = sum(summed.counts.values())
    majority, count = ranked[0]
    choices = [
        {"choice": choice, "count": taken, "share": round(taken / total, 4)}
        for choice, taken in ranked
    ]
    return MinedPattern(
        kind=PatternKind.CONVENTION,
        language=language,
        signature=signature_of(PatternKind.CONVENTION, language, f"{measure}={majority}"),
        template=f"{sentence_of(measure, majority)}: {100 * count / total:.1f} % "
        f"({count:,} of {total:,})",
        occurrences=total,
        files=summed.files,
        score=wilson_lower_bound(count, total),
        confidence=count / total,
        details={"measure": measure, "choices": choices, "total": total},
        examples=_exceptions(ranked[1:], summed.places),
    )


def _exceptions(others: list[tuple[str, int]], places: dict[str, list[Place]]) -> tuple[Place, ...]:
    """Places that do otherwise, the rarest ways first."""
    rarest = [place for choice, _ in reversed(others) for place in places[choice]]
    return tuple(rarest[:EXAMPLES_LIMIT])
