"""Hybrid search: exact symbols first, then the lexical and the vector leg in one ranking."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from apps.singularity.ingestion.engine.embedding import EmbedderError
from apps.singularity.ingestion.engine.fusion import Candidate, Fused, fuse
from apps.singularity.ingestion.engine.snippet import Snippet, snippet_of
from apps.singularity.ingestion.models import Chunk, Codebase, EmbeddingGeneration
from apps.singularity.ingestion.resources import lexical_index
from apps.singularity.ingestion.selectors.filters import (
    NO_FILTERS,
    SearchFilters,
    codebases_of,
    where,
)
from apps.singularity.ingestion.selectors.query_vector import query_vector
from apps.singularity.ingestion.selectors.vector_leg import Vector, cosines, nearest
from apps.singularity.ingestion.services.lexical import lexical_synchronise
from apps.singularity.ingestion.services.store import symbol_name

MAX_LIMIT = 200
_DEPTH = 100
"""Candidates that each leg brings; more when more results are asked for."""
_EXACT_SYMBOLS = 50
_SYMBOL = re.compile(r"[\w$.:#/!?@-]{1,500}(\(\))?")


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One result: a chunk, its place in the code, and why it was found."""

    chunk: Chunk
    codebase: str
    path: str
    score: float
    snippet: Snippet
    why: Fused
    copies: int

    @property
    def reason(self) -> str:
        """Why it was found, in words."""
        legs = ["its symbol is the query"] if self.why.exact_symbol else []
        if self.why.lexical_rank is not None:
            legs.append(f"words: rank {self.why.lexical_rank}, BM25 {self.why.lexical_score:.2f}")
        if self.why.vector_rank is not None:
            legs.append(f"meaning: rank {self.why.vector_rank}, cosine {self.why.cosine:.3f}")
        return "; ".join(legs)

    def as_dict(self) -> dict[str, Any]:
        """The hit as plain values, the same for the command's JSON and the REST API."""
        chunk = self.chunk
        return {
            "codebase": self.codebase,
            "path": self.path,
            "symbol": chunk.symbol,
            "kind": chunk.kind,
            "language": chunk.language,
            "start_line": chunk.start_line,
            "end_line": chunk.end_line,
            "score": round(self.score, 6),
            "snippet": self.snippet.text,
            "snippet_line": self.snippet.first_line,
            "highlights": [list(span) for span in self.snippet.highlights],
            "signature": chunk.signature,
            "documentation": chunk.documentation,
            "copies": self.copies,
            "why": {
                "exact_symbol": self.why.exact_symbol,
                "lexical_rank": self.why.lexical_rank,
                "lexical_score": self.why.lexical_score,
                "vector_rank": self.why.vector_rank,
                "cosine": self.why.cosine,
            },
        }


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The results, best first, and what the answer lacks (a model, or vectors not yet made)."""

    hits: list[SearchHit] = field(default_factory=list)
    notice: str = ""


def chunks_search(
    *,
    instance: str,
    query: str,
    filters: SearchFilters = NO_FILTERS,
    limit: int = 10,
) -> SearchResult:
    """The chunks of this instance that answer ``query`` best, at most ``limit``.

    Any text is a valid query. Where the model cannot be had, the lexical leg answers alone and
    ``notice`` says why.

    Raises:
        UnknownCodebase: ``filters`` name a code base that is not there.
        PathGlobError: the path filter has too many wildcards.
    """
    query = query.replace("\x00", " ").strip()
    limit = max(1, min(limit, MAX_LIMIT))
    codebases = codebases_of(instance=instance, filters=filters)
    if not query or not codebases:
        return SearchResult(notice="" if query else "The query is empty.")
    candidates, notice = _candidates(instance, query, codebases, filters, max(_DEPTH, 3 * limit))
    return SearchResult(_hits(fuse(candidates), query, limit), notice)


def _candidates(
    instance: str, query: str, codebases: list[Codebase], filters: SearchFilters, depth: int
) -> tuple[list[Candidate], str]:
    condition, values = where(codebases, filters)
    values["instance"] = instance
    exact = _exact_symbols(query, codebases, filters)
    lexical_synchronise(instance=instance)
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
    return [
        Candidate(chunk_id, lexical.get(chunk_id) or None, near.get(chunk_id), chunk_id in exact)
        for chunk_id in {*exact, *lexical, *near}
    ], notice


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


def _hits(ranked: Sequence[Fused], query: str, limit: int) -> list[SearchHit]:
    """Load the best, one for each definition and for each text."""
    chunks = Chunk.objects.select_related("file", "codebase").in_bulk(
        [fused.chunk_id for fused in ranked]
    )
    hits: list[SearchHit] = []
    seen: set[object] = set()
    for fused in ranked:
        chunk = chunks.get(fused.chunk_id)
        if chunk is None:  # deleted since the index answered
            continue
        definition = (chunk.file_id, chunk.symbol or chunk.pk)
        text = bytes(chunk.content_digest)
        if definition in seen or text in seen:
            continue
        seen |= {definition, text}
        hits.append(_hit(chunk, fused, query))
        if len(hits) == limit:
            break
    return _with_copies(hits)


def _hit(chunk: Chunk, fused: Fused, query: str) -> SearchHit:
    return SearchHit(
        chunk=chunk,
        codebase=chunk.codebase.name,
        path=chunk.file.path,
        score=fused.score,
        snippet=snippet_of(chunk.content, query, first_line=chunk.start_line),
        why=fused,
        copies=0,
    )


def _with_copies(hits: list[SearchHit]) -> list[SearchHit]:
    """Say of each hit how many other chunks of the instance have the very same embedded text."""
    if not hits:
        return hits
    digests = [bytes(hit.chunk.text_digest) for hit in hits]
    counts = {
        bytes(digest): count
        for digest, count in Chunk.objects.filter(
            instance=hits[0].chunk.instance, text_digest__in=digests
        )
        .order_by()
        .values_list("text_digest")
        .annotate(count=Count("id"))
    }
    return [
        SearchHit(
            chunk=hit.chunk, codebase=hit.codebase, path=hit.path, score=hit.score,
            snippet=hit.snippet, why=hit.why,
            copies=counts.get(bytes(hit.chunk.text_digest), 1) - 1,
        )
        for hit in hits
    ]  # fmt: skip
