"""Which submissions may be averaged: judged by their inner products alone.

A round has an honest majority, or nothing can be told: what is left out is what stands apart from
the others. Each rule takes out the worst and looks again, so that one bad submission does not
make good ones look bad.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from apps.centralcloud.averaging.engine.gram import Gram


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far apart a submission may stand.

    Args:
        norm: how many times the round's median norm.
        against: the cosine to the mean of the others' directions below which it points against
            them.
        chance: standard deviations, of 1 / sqrt(numbers) each, within which a cosine is that of a
            random direction.
        common: the median cosine above which the others do have a direction in common.
        apart: how many times the median distance between whole weights.
    """

    norm: float = 4.0
    against: float = -0.03
    chance: float = 4.0
    common: float = 0.1
    apart: float = 4.0


@dataclass(slots=True)
class Verdict:
    """Of one submission; ``reason`` is empty where it may be averaged."""

    norm: float | None = None
    cosine: float | None = None
    reason: str = ""


@dataclass(slots=True)
class Vetted:
    """Verdicts in the order of the submissions.

    ``undecided`` says why nothing can be told where two are left that contradict each other.
    """

    verdicts: list[Verdict]
    undecided: str = ""

    def accepted(self) -> list[int]:
        """Places of the submissions that may be averaged."""
        return [place for place, one in enumerate(self.verdicts) if not one.reason]


@dataclass(slots=True)
class _Round:
    gram: Gram
    size: int
    bounds: Bounds
    whole: bool
    clipped: frozenset[int]
    verdicts: list[Verdict] = field(default_factory=list)

    def left(self) -> list[int]:
        return [place for place, one in enumerate(self.verdicts) if not one.reason]

    def norms(self, places: Sequence[int]) -> list[float]:
        return [float(np.sqrt(self.gram[place, place])) for place in places]

    def cosines(self, places: Sequence[int]) -> list[float]:
        """Of each to the mean direction of the others."""
        norms = np.array(self.norms(places))
        unit = self.gram[np.ix_(places, places)] / np.outer(norms, norms)
        np.fill_diagonal(unit, 1.0)
        along = unit.sum(axis=1) - 1
        rest = unit.sum() - 2 * unit.sum(axis=1) + 1  # squared length of the sum of the others
        return [float(value) for value in along / np.sqrt(np.maximum(rest, 1e-12))]


def submissions_vet(
    gram: Gram,
    size: int,
    *,
    whole: bool,
    clipped: Sequence[int] = (),
    bounds: Bounds | None = None,
) -> Vetted:
    """Judge submissions by their inner products.

    Args:
        gram: ``(k, k)``, see ``gram_of``.
        size: how many numbers each has.
        whole: they are whole weights, drawn from one seed; else differences to one base.
        clipped: places of those that came late as whole weights: their norm is brought down
            anyway, and their direction has little to do with this round's.
    """
    judged = _Round(gram, size, bounds or Bounds(), whole, frozenset(clipped))
    judged.verdicts = [Verdict(reason=_alone(float(value), whole=whole)) for value in np.diag(gram)]
    for rule in (_too_long, _against, _at_random, _too_far):
        while len(judged.left()) > 2 and (found := next(rule(judged), None)) is not None:
            place, reason = found
            judged.verdicts[place].reason = reason
    _measure(judged)
    return Vetted(judged.verdicts, _contradiction(judged))


def _alone(square: float, *, whole: bool) -> str:
    """What is wrong with a submission whatever the others are."""
    if not np.isfinite(square):
        return "it holds numbers that are not finite"
    if square == 0:
        return "it holds nothing but zeros" if whole else "it is no different from its base"
    return ""


def _too_long(judged: _Round) -> Iterator[tuple[int, str]]:
    """The one of the largest norm, where that is out of bounds."""
    left = judged.left()
    norms = judged.norms(left)
    median = float(np.median(norms))
    looked_at = [
        (norm, place)
        for norm, place in zip(norms, left, strict=True)
        if place not in judged.clipped
    ]
    norm, place = max(looked_at, default=(0.0, -1))
    if norm > judged.bounds.norm * median:
        yield place, f"its norm is {norm / median:.3g} times the median of the round"


def _too_far(judged: _Round) -> Iterator[tuple[int, str]]:
    """Of whole weights, the one whose near neighbours are farthest (after Blanchard et al. 2017).

    Whole weights of one seed have most of their numbers in common, so that norm and direction
    hide what was added to them; distances do not.
    """
    if not judged.whole:
        return
    left = judged.left()
    gram = judged.gram[np.ix_(left, left)]
    squares = np.diag(gram)
    apart = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * gram, 0))
    nearest = np.sort(apart, axis=1)[:, 1 : 1 + len(left) // 2]
    scores = nearest[:, -1]
    median = float(np.median(scores))
    worst = int(np.argmax(scores))
    if median and scores[worst] > judged.bounds.apart * median:
        yield left[worst], f"it stands {scores[worst] / median:.3g} times as far off as the others"


def _against(judged: _Round) -> Iterator[tuple[int, str]]:
    """The one that points most against the others."""
    left = judged.left()
    cosine, place = min(zip(judged.cosines(left), left, strict=True))
    if cosine < judged.bounds.against:
        yield place, f"it points against the others: cosine {cosine:.3f}"


def _at_random(judged: _Round) -> Iterator[tuple[int, str]]:
    """One whose direction is as good as random, where the others have one in common."""
    left = judged.left()
    cosines = judged.cosines(left)
    if float(np.median(cosines)) < judged.bounds.common:
        return
    chance = judged.bounds.chance / float(np.sqrt(judged.size))
    for place, cosine in zip(left, cosines, strict=True):
        if abs(cosine) < chance and place not in judged.clipped:
            yield place, f"it has nothing in common with the others: cosine {cosine:.4f}"


def _measure(judged: _Round) -> None:
    """Norms of all, and each one's cosine to the accepted others."""
    accepted = judged.left()
    for place, verdict in enumerate(judged.verdicts):
        square = float(judged.gram[place, place])
        if not np.isfinite(square) or square == 0:
            continue
        verdict.norm = square**0.5
        others = [one for one in accepted if one != place]
        if others:
            verdict.cosine = judged.cosines([place, *others])[0]


def _contradiction(judged: _Round) -> str:
    """What two that are left say against each other, where no third says which is right."""
    left = judged.left()
    if len(left) != 2 or judged.clipped & set(left):
        return ""
    low, high = sorted(judged.norms(left))
    if high > judged.bounds.norm * low:
        return f"the norms of two submissions differ by a factor of {high / low:.3g}"
    cosine = judged.cosines(left)[0]
    if cosine < judged.bounds.against:
        return f"two submissions point against each other: cosine {cosine:.3f}"
    return ""
