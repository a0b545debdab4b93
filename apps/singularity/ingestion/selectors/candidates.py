"""The chunks that a query may mean: by symbol, by words and by meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from apps.singularity.ingestion.engine.embedding import EmbedderError
from apps.singularity.ingestion.engine.fusion import Candidate
from apps.singularity.ingestion.models import Chunk, Codebase, EmbeddingGeneration
from apps.singularity.ingestion.resources import lexical_index
from apps.singularity.ingestion.selectors.filters import SearchFilters, where
from apps.singularity.ingestion.selectors.query_vector import query_vector
from apps.singularity.ingestion.selectors.vector_leg import Vector, cosines, nearest
from apps.singularity.ingestion.services.store import symbol_name

_DEPTH = 100
"""Candidates that each leg brings; more when more results are asked for."""
_EXACT_SYMBOLS = 50
_SYMBOL = re.compile(r"[\w$.:#/!?@-]{1,500}(\(\))?")


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates with both scores of each.

    Args:
        candidates: in no order.
        model: whose vectors answered; "" where results are by words alone.
        notice: what the answer lacks, if anything.
    """

    candidates: list[Candidate]
    model: str
    notice: str


def candidates_of(
    *,
    instance: str,
    query: str,
    codebases: list[Codebase],
    filters: SearchFilters,
    limit: int,
) -> Found:
    """What the legs find.

    Raises:
        PathGlobError: the path filter has too many wildcards.
    """
    depth = max(_DEPTH, 3 * limit)
    condition, values = where(codebases, filters)
    values["instance"] = instance
    exact = _exact_symbols(query, codebases, filters)
    index = lexical_index(instance)
    lexical = {
        hit.chunk_id: hit.score
        for hit in index.search(
            query,
            codebase_ids=[codebase.token for codebase in codebases],
            languages=filters.languages,
            kinds=filters.kinds,
            path_glob=filters.path or None,
            limit=depth,
        )
    }
    near: dict[int, float] = {}
    generation = EmbeddingGeneration.objects.filter(
        instance=instance, state=EmbeddingGeneration.State.ACTIVE
    ).first()
    vector, notice = _vector_of(generation, query)
    if generation is not None and vector is not None:
        near = dict(
            nearest(
                generation=generation, vector=vector, condition=condition, values=values,
                narrow=filters.narrow or bool(filters.codebase), limit=depth,
            )
        )  # fmt: skip
        alone = [chunk_id for chunk_id in {*exact, *lexical} if chunk_id not in near]
        near |= cosines(generation=generation, vector=vector, chunk_ids=alone)
    unscored = [chunk_id for chunk_id in {*exact, *near} if chunk_id not in lexical]
    lexical |= index.score(query, unscored)
    candidates = [
        Candidate(chunk_id, lexical.get(chunk_id) or None, near.get(chunk_id), chunk_id in exact)
        for chunk_id in {*exact, *lexical, *near}
    ]
    return Found(candidates, generation.name if generation and vector is not None else "", notice)


def _vector_of(generation: EmbeddingGeneration | None, query: str) -> tuple[Vector | None, str]:
    if generation is None:
        return None, "No vectors yet: results are by words alone until the first are made."
    try:
        return query_vector(generation, query), ""
    except EmbedderError as error:
        return None, f"Results are by words alone: {error}"


def _exact_symbols(query: str, codebases: list[Codebase], filters: SearchFilters) -> set[int]:
    if not _SYMBOL.fullmatch(query):
        return set()
    symbol = query.removesuffix("()").lower()
    named = Chunk.objects.filter(codebase__in=codebases, name=symbol_name(symbol))
    if filters.languages:
        named = named.filter(language__in=filters.languages)
    if filters.kinds:
        named = named.filter(kind__in=filters.kinds)
    if filters.path:
        values: dict[str, Any] = where(codebases, filters)[1]
        named = named.filter(file__path__regex=values["path"])
    if symbol_name(symbol) != symbol:
        named = named.filter(
            Q(symbol__iexact=symbol)
            | Q(symbol__iendswith=f".{symbol}")
            | Q(symbol__iendswith=f"::{symbol}")
        )
    return set(named.order_by("id").values_list("id", flat=True)[:_EXACT_SYMBOLS])
