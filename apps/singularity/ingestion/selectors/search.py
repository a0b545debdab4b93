"""Hybrid search: exact symbols first, then the lexical and the vector leg in one ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.singularity.ingestion.engine.fusion import Fused, fuse
from apps.singularity.ingestion.engine.snippet import Snippet, snippet_of
from apps.singularity.ingestion.models import Chunk, Codebase
from apps.singularity.ingestion.selectors.candidates import candidates_of
from apps.singularity.ingestion.selectors.filters import NO_FILTERS, SearchFilters, codebases_chosen
from apps.singularity.ingestion.services.lexical import lexical_synchronise

MAX_LIMIT = 200


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
    """The results, best first, and what the answer lacks (a model, or vectors not yet made).

    ``model`` is the one whose vectors answered; "" where results are by words alone.
    """

    hits: list[SearchHit] = field(default_factory=list)
    notice: str = ""
    model: str = ""


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
    everything = list(Codebase.objects.filter(instance=instance))
    codebases = codebases_chosen(everything, filters)
    lexical_synchronise(instance=instance, codebases=everything)
    if not query or not codebases:
        return SearchResult(notice="" if query else "The query is empty.")
    found = candidates_of(
        instance=instance, query=query, codebases=codebases, filters=filters, limit=limit
    )
    names = {codebase.pk: codebase.name for codebase in codebases}
    hits = _hits(fuse(found.candidates), query, names, limit)
    return SearchResult(hits, found.notice, found.model)


def _hits(
    ranked: Sequence[Fused], query: str, names: dict[int, str], limit: int
) -> list[SearchHit]:
    best = _distinct(ranked, limit)
    copies = _copies([chunk for _, chunk in best])
    return [
        SearchHit(
            chunk=chunk,
            codebase=names[chunk.codebase_id],
            path=chunk.file.path,
            score=fused.score,
            snippet=snippet_of(chunk.content, query, first_line=chunk.start_line),
            why=fused,
            copies=copies[bytes(chunk.text_digest)] - 1,
        )
        for fused, chunk in best
    ]


def _distinct(ranked: Sequence[Fused], limit: int) -> list[tuple[Fused, Chunk]]:
    """The best, one for each definition and for each text."""
    best: list[tuple[Fused, Chunk]] = []
    seen: set[object] = set()
    for fused, chunk in _loaded(ranked, page=2 * limit):
        definition = (chunk.file_id, chunk.symbol or chunk.pk)
        text = bytes(chunk.content_digest)
        if definition in seen or text in seen:
            continue
        seen |= {definition, text}
        best.append((fused, chunk))
        if len(best) == limit:
            break
    return best


def _loaded(ranked: Sequence[Fused], page: int) -> Iterator[tuple[Fused, Chunk]]:
    """The chunks with their files, a page at a time; those deleted since are left out."""
    for start in range(0, len(ranked), page):
        wanted = ranked[start : start + page]
        chunks = Chunk.objects.select_related("file").in_bulk([fused.chunk_id for fused in wanted])
        for fused in wanted:
            if fused.chunk_id in chunks:
                yield fused, chunks[fused.chunk_id]


def _copies(chunks: Sequence[Chunk]) -> Counter[bytes]:
    """How many chunks of the instance have each one's very same embedded text."""
    if not chunks:
        return Counter()
    same = Chunk.objects.filter(
        instance=chunks[0].instance, text_digest__in=[bytes(chunk.text_digest) for chunk in chunks]
    )
    return Counter(bytes(digest) for digest in same.values_list("text_digest", flat=True))
