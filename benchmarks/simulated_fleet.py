"""A simulated fleet: what each instance tells, some of it shared with others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from apps.shared.contracts.payloads.code import CodePatternFact, CodePatternsLearned
from apps.shared.contracts.signatures import signature_of

SHARED_SHARE = 0.3
POOL = 5_000
LANGUAGES = ("python", "typescript", "go", "java")
SEEN = datetime.now(UTC) - timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Fleet:
    """``instances`` of ``patterns`` patterns each, in one code base each.

    Three of ten patterns come from a pool of 5,000, drawn with probability 1/rank, so that some
    are known to nearly all and most to few; the others are an instance's own.
    """

    instances: int
    patterns: int
    seed: int = 1

    def name(self, number: int) -> str:
        """An instance's id."""
        return f"instance-{number}"

    def learned(
        self, number: int, *, revision: int, changed: slice | None = None, more: int = 0
    ) -> CodePatternsLearned:
        """The message of an instance: all its patterns, or only the ``changed`` ones.

        ``more`` is added to the counts.
        """
        random = np.random.default_rng((self.seed, number))
        weights = 1 / np.arange(1, POOL + 1)
        pooled = random.choice(
            POOL, int(self.patterns * SHARED_SHARE), replace=False, p=weights / weights.sum()
        )
        own = np.arange(self.patterns - len(pooled)) + POOL + number * self.patterns
        ranks = [int(rank) for rank in (*pooled, *own)]
        return CodePatternsLearned(
            codebase=f"{number:032x}",
            revision=revision,
            patterns=tuple(pattern(rank, more) for rank in ranks[changed or slice(None)]),
        )


def pattern(rank: int, more: int = 0) -> CodePatternFact:
    """The pattern of a rank: about 200 characters of template."""
    language = LANGUAGES[rank % len(LANGUAGES)]
    lines = "\n".join(f"    $A{line} = $B.step_{line}($C, option_{rank})" for line in range(4))
    template = f"with $CONTEXT.open_{rank}($PATH) as $FILE:\n{lines}\n    return $RESULT"
    return CodePatternFact(
        kind="idiom",
        language=language,
        signature=signature_of("idiom", language, template),
        template=template,
        occurrences=5 + rank % 7 + more,
        files=3,
        first_seen_at=SEEN,
    )
