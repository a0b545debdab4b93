"""New code that does what is hardly ever done here: breaks of measured conventions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apps.singularity.patterns.engine.mined import MinedPattern, PatternKind, Place
from apps.singularity.patterns.engine.review.model import (
    Evidence,
    Learned,
    Level,
    Remark,
    RemarkKind,
)
from apps.singularity.patterns.engine.review.read import Read

USUAL = 0.95
"""Least share, at the lower end of its confidence interval, of what is the usual way."""


def unusual_choices(reads: Sequence[Read], learned: Learned) -> Iterator[Remark]:
    """One remark for each new line that is known to choose another way than nearly all others.

    Of each file and choice three lines are known at most.
    """
    usual = {
        (pattern.language, pattern.details["measure"]): pattern
        for pattern in learned.patterns
        if pattern.kind == PatternKind.CONVENTION and pattern.score >= USUAL
    }
    for read in reads:
        for measure, choices in read.facts.conventions.items():
            pattern = usual.get((read.facts.language, measure))
            if pattern is None:
                continue
            majority = pattern.details["choices"][0]
            for choice, taken in choices.items():
                new = [line for line in taken.lines if read.file.lines.holds(line)]
                if choice != majority["choice"]:
                    yield from (_remark(read, line, choice, pattern) for line in new)


def _remark(read: Read, line: int, choice: str, pattern: MinedPattern) -> Remark:
    return Remark(
        kind=RemarkKind.UNUSUAL,
        level=Level.NOTE,
        place=Place(read.path, line, line),
        symbol="",
        message=f'"{choice}" here, but {pattern.template}',
        signature=pattern.signature,
        evidence=Evidence(pattern.details["choices"][0]["count"], pattern.occurrences),
    )
