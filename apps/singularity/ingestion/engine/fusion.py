"""One ranking out of the lexical and the vector leg.

The score is a mix: ``lexical * BM25 / best BM25 of the query + vector * cosine``.  On documentation
sentence -> function of five packages (5,000 functions) it reached .700 MRR@10, beside .606 for
BM25 and .627 for the vectors alone.  Shares of BM25 from .2 to .3 lie within .003; reciprocal rank
fusion of equal weight stays .03 below; dividing BM25 by its theoretical maximum, or the cosine's
range by that of the candidates, gains nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that at least one leg found.

    ``lexical_score`` is BM25, None or 0 where no word of the query occurs; ``cosine`` lies in
    [-1, 1], None where the chunk has no vector yet; ``exact_symbol`` says that the query is the
    chunk's symbol.
    """

    chunk_id: int
    lexical_score: float | None
    cosine: float | None
    exact_symbol: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the two legs in the fused score."""

    lexical: float
    vector: float


DEFAULT = Weights(lexical=0.25, vector=0.75)


@dataclass(frozen=True, slots=True)
class Fused:
    """A chunk in the fused ranking, with why it is there: each leg's rank, from 1, and score."""

    chunk_id: int
    score: float
    lexical_rank: int | None
    lexical_score: float | None
    vector_rank: int | None
    cosine: float | None
    exact_symbol: bool


def fuse(candidates: Sequence[Candidate], weights: Weights = DEFAULT) -> list[Fused]:
    """Return ``candidates`` from best to worst: exact symbols first, then by the mixed score.

    A chunk without a vector yet gets the mean cosine of the others, so that new code is neither
    buried nor favoured while vectors fill in.
    """
    words = {c.chunk_id: c.lexical_score for c in candidates if c.lexical_score}
    cosines = {c.chunk_id: c.cosine for c in candidates if c.cosine is not None}
    word_ranks, cosine_ranks = _ranks(words), _ranks(cosines)
    best = max(words.values(), default=1.0)
    usual = fmean(cosines.values()) if cosines else 0.0
    fused = [
        Fused(
            chunk_id=c.chunk_id,
            score=weights.lexical * words.get(c.chunk_id, 0.0) / best
            + weights.vector * cosines.get(c.chunk_id, usual),
            lexical_rank=word_ranks.get(c.chunk_id),
            lexical_score=c.lexical_score,
            vector_rank=cosine_ranks.get(c.chunk_id),
            cosine=c.cosine,
            exact_symbol=c.exact_symbol,
        )
        for c in candidates
    ]
    return sorted(fused, key=lambda hit: (not hit.exact_symbol, -hit.score, hit.chunk_id))


def _ranks(scores: dict[int, float]) -> dict[int, int]:
    """Return each chunk's place, from 1, by falling score; ties by chunk id."""
    ordered = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
    return {chunk_id: place for place, chunk_id in enumerate(ordered, start=1)}
