"""The lexical index: what a revision changes, and what a query finds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tantivy import Document, Occur, Query, Searcher

from apps.singularity.ingestion.engine.identifiers import query_terms
from apps.singularity.ingestion.engine.lexical.folder import IndexFolder
from apps.singularity.ingestion.engine.lexical.schema import (
    ANALYZER,
    LexicalDocument,
    tantivy_document,
)
from apps.singularity.ingestion.engine.path_glob import glob_to_regex

MAX_QUERY_TERMS = 64
"""Distinct terms of a query that are looked up: the rarest, which decide the ranking."""


class PathGlobError(ValueError):
    """A path filter that no automaton of bounded size can hold."""


@dataclass(frozen=True, slots=True)
class LexicalHit:
    """A chunk that holds terms of the query, with its BM25 score (above 0)."""

    chunk_id: int
    score: float


class LexicalIndex:
    """A BM25 index of chunks in a folder: any number of readers, one writer at a time.

    Readers are never blocked and see another process' commit at their next call.
    """

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``; create it when missing, corrupt or of an older schema."""
        self._folder = IndexFolder(folder)

    def revisions(self) -> dict[int, int]:
        """Return the revision applied of each code base in the index."""
        searcher = self._folder.searcher()
        found = searcher.search(
            Query.exists_query("revision"), max(searcher.num_docs, 1), count=False
        )
        addresses = [address for _, address in found.hits]
        owners = searcher.fast_field_values("revision_of", addresses)
        revisions = searcher.fast_field_values("revision", addresses)
        return {
            int(owner): int(revision)
            for owner, revision in zip(owners, revisions, strict=True)
            if owner is not None and revision is not None
        }

    def apply(
        self,
        *,
        codebase_id: int,
        revision: int,
        removed_files: Iterable[int],
        documents: Iterable[LexicalDocument],
        reset: bool = False,
    ) -> None:
        """Commit a code base's step to ``revision``: drop files' chunks, then add documents.

        ``reset`` drops all of the code base first.  Waits for another writer to finish.  When
        ``documents`` raises, nothing of the step is kept.
        """
        with self._folder.writer() as writer:
            if reset:
                writer.delete_documents_by_term("codebase_id", codebase_id)
            for file_id in removed_files:
                writer.delete_documents_by_term("file_id", file_id)
            for document in documents:
                writer.add_document(tantivy_document(codebase_id, document))
            writer.delete_documents_by_term("revision_of", codebase_id)
            writer.add_document(Document(revision_of=codebase_id, revision=revision))

    def forget(self, codebase_id: int) -> None:
        """Drop all of a code base and its revision."""
        with self._folder.writer() as writer:
            writer.delete_documents_by_term("codebase_id", codebase_id)
            writer.delete_documents_by_term("revision_of", codebase_id)

    def search(
        self,
        query: str,
        *,
        codebase_ids: Sequence[int],
        languages: Sequence[str] = (),
        kinds: Sequence[str] = (),
        path_glob: str | None = None,
        limit: int,
    ) -> list[LexicalHit]:
        """Return up to ``limit`` chunks of the code bases, best first; empty filters let all pass.

        Any text is a valid query.  Raises :class:`PathGlobError` for a filter beyond measure.
        """
        searcher = self._folder.searcher()
        filters = [self._any_of("codebase_id", codebase_ids)]
        filters += [self._any_of("language", languages)] if languages else []
        filters += [self._any_of("kind", kinds)] if kinds else []
        filters += [self._path(path_glob)] if path_glob else []
        return self._run(searcher, query, filters, limit)

    def score(self, query: str, chunk_ids: Iterable[int]) -> dict[int, float]:
        """Return the BM25 score of each of ``chunk_ids``, 0.0 where no term of the query occurs."""
        wanted = list(chunk_ids)
        hits = self._run(
            self._folder.searcher(), query, [self._any_of("chunk_id", wanted)], len(wanted)
        )
        return dict.fromkeys(wanted, 0.0) | {hit.chunk_id: hit.score for hit in hits}

    def _run(
        self, searcher: Searcher, query: str, filters: list[Query], limit: int
    ) -> list[LexicalHit]:
        """Return the best ``limit`` chunks that pass every filter and hold a term of ``query``."""
        terms = self._terms(searcher, query)
        if not terms or limit < 1:
            return []
        words = Query.boolean_query(
            [
                (Occur.Should, Query.term_query(self._folder.schema, "text", t, "freq"))
                for t in terms
            ]
        )
        unscored = [(Occur.Must, Query.const_score_query(f, 0.0)) for f in filters]
        found = searcher.search(
            Query.boolean_query([(Occur.Must, words), *unscored]), limit, count=False
        )
        ids = searcher.fast_field_values("chunk_id", [address for _, address in found.hits])
        hits = [
            LexicalHit(int(chunk_id), score)
            for chunk_id, (score, _) in zip(ids, found.hits, strict=True)
            if chunk_id is not None
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))

    def _terms(self, searcher: Searcher, query: str) -> list[str]:
        """Return the query's distinct terms that occur in the index, at most the rarest 64."""
        stems = dict.fromkeys(ANALYZER.analyze(" ".join(query_terms(query))))
        frequency = {term: searcher.doc_freq("text", term) for term in stems}
        known = [term for term in frequency if frequency[term]]
        return sorted(known, key=frequency.__getitem__)[:MAX_QUERY_TERMS]

    def _any_of(self, field: str, values: Sequence[int] | Sequence[str]) -> Query:
        """Return the filter of documents whose ``field`` is one of ``values``."""
        return Query.term_set_query(self._folder.schema, field, list(values))

    def _path(self, glob: str) -> Query:
        """Return the filter of documents whose path matches ``glob``."""
        try:
            return Query.regex_query(self._folder.schema, "path", glob_to_regex(glob))
        except ValueError as error:
            raise PathGlobError(
                f"the path filter is too long or has too many wildcards ({len(glob)} characters)"
            ) from error
