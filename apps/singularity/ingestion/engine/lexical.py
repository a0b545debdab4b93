"""The lexical leg of search: BM25 over identifiers split into words, in a tantivy index.

The index is derived data: it is built from the database, updated with it, local to a host, and
may be wiped at any time.  Each code base's revision is a document of the index itself, so content
and revision are committed together and a killed writer leaves the last commit.

Names weigh more than bodies.  Fields are joined into one, each repeated as often as it weighs:
the simple BM25F of Robertson, Zaragoza, Taylor, "Simple BM25 extension to multiple weighted
fields" (CIKM 2004), which combines term frequencies before they saturate and needs one posting
list per term.
"""

import fcntl
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy
from tantivy import Document, Index, Occur, Query, Searcher

from apps.singularity.ingestion.engine.identifiers import query_terms, split_identifiers
from apps.singularity.ingestion.engine.path_glob import glob_to_regex

SCHEMA_VERSION = 1
"""Grows with every change of fields, weights or terms: an older index is wiped and rebuilt."""

MAX_QUERY_TERMS = 64
"""Distinct terms of a query that are looked up: the rarest, which decide the ranking."""

_WRITER_BYTES = 64_000_000
_WEIGHTS = {"symbol": 6, "path": 2, "signature": 1, "documentation": 1, "content": 1}
"""How often a field's terms count; on five packages .61 MRR@10, content alone .51."""

_ANALYZER_NAME = "stemmed"
_ANALYZER = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)


class PathGlobError(ValueError):
    """A path filter that no automaton of bounded size can hold."""


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """A chunk as the lexical leg sees it; ``file_id`` and ``chunk_id`` are unique in the index."""

    chunk_id: int
    file_id: int
    path: str
    language: str
    kind: str
    symbol: str
    signature: str
    documentation: str
    content: str


@dataclass(frozen=True, slots=True)
class LexicalHit:
    """A chunk that holds terms of the query, with its BM25 score (above 0)."""

    chunk_id: int
    score: float


class LexicalIndex:
    """A BM25 index of chunks in a folder: any number of readers, one writer at a time.

    Readers are never blocked and see another process's commit at their next call.
    """

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``; create it when missing, corrupt or of an older schema."""
        self._folder = folder
        self._schema = _schema()
        folder.mkdir(parents=True, exist_ok=True)
        self._index = self._open()
        self._seen: tuple[int, int] | None = None

    def revisions(self) -> dict[int, int]:
        """Return the revision applied of each code base in the index."""
        searcher = self._searcher()
        found = searcher.search(
            Query.exists_query("revision"), max(searcher.num_docs, 1), count=False
        )
        addresses = [address for _, address in found.hits]
        owners = searcher.fast_field_values("revision_of", addresses)
        revisions = searcher.fast_field_values("revision", addresses)
        return {int(o): int(r) for o, r in zip(owners, revisions, strict=True) if o and r}

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
        with self._writer() as writer:
            if reset:
                writer.delete_documents_by_term("codebase_id", codebase_id)
            for file_id in removed_files:
                writer.delete_documents_by_term("file_id", file_id)
            for document in documents:
                writer.add_document(_document(codebase_id, document))
            writer.delete_documents_by_term("revision_of", codebase_id)
            writer.add_document(Document(revision_of=codebase_id, revision=revision))

    def forget(self, codebase_id: int) -> None:
        """Drop all of a code base and its revision."""
        with self._writer() as writer:
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
        searcher = self._searcher()
        filters = [self._any_of("codebase_id", codebase_ids)]
        filters += [self._any_of("language", languages)] if languages else []
        filters += [self._any_of("kind", kinds)] if kinds else []
        filters += [self._path(path_glob)] if path_glob else []
        return self._run(searcher, query, filters, limit)

    def score(self, query: str, chunk_ids: Iterable[int]) -> dict[int, float]:
        """Return the BM25 score of each of ``chunk_ids``, 0.0 where no term of the query occurs."""
        wanted = list(chunk_ids)
        hits = self._run(self._searcher(), query, [self._any_of("chunk_id", wanted)], len(wanted))
        return dict.fromkeys(wanted, 0.0) | {hit.chunk_id: hit.score for hit in hits}

    def _run(
        self, searcher: Searcher, query: str, filters: list[Query], limit: int
    ) -> list[LexicalHit]:
        """Return the best ``limit`` chunks that pass every filter and hold a term of ``query``."""
        terms = self._terms(searcher, query)
        if not terms or limit < 1:
            return []
        words = Query.boolean_query(
            [(Occur.Should, Query.term_query(self._schema, "text", t, "freq")) for t in terms]
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
        stems = dict.fromkeys(_ANALYZER.analyze(" ".join(query_terms(query))))
        frequency = {term: searcher.doc_freq("text", term) for term in stems}
        known = [term for term in frequency if frequency[term]]
        return sorted(known, key=frequency.__getitem__)[:MAX_QUERY_TERMS]

    def _any_of(self, field: str, values: Sequence[int] | Sequence[str]) -> Query:
        """Return the filter of documents whose ``field`` is one of ``values``."""
        return Query.term_set_query(self._schema, field, list(values))

    def _path(self, glob: str) -> Query:
        """Return the filter of documents whose path matches ``glob``."""
        try:
            return Query.regex_query(self._schema, "path", glob_to_regex(glob))
        except ValueError as error:
            raise PathGlobError(
                f"the path filter is too long or has too many wildcards ({len(glob)} characters)"
            ) from error

    def _searcher(self) -> Searcher:
        """Return a searcher of the last commit, whichever process made it.

        An index that was removed or damaged meanwhile begins empty.
        """
        try:
            stat = (self._index_folder / "meta.json").stat()
            if self._seen != (stat.st_ino, stat.st_mtime_ns):
                self._index.reload()
                self._seen = (stat.st_ino, stat.st_mtime_ns)
        except (ValueError, OSError):
            self._index = self._open()
        return self._index.searcher()

    @property
    def _index_folder(self) -> Path:
        """The folder of this schema's index, beside the writers' lock."""
        return self._folder / f"v{SCHEMA_VERSION}"

    def _open(self) -> Index:
        """Return the index, emptied when it cannot be read; waits for a writer only then."""
        try:
            return self._load()
        except (ValueError, OSError):
            with self._lock():
                return self._load_or_create()

    def _load(self) -> Index:
        """Return the index in the folder with its segments read, so that damage shows here."""
        index = Index.open(str(self._index_folder))
        index.register_tokenizer(_ANALYZER_NAME, _ANALYZER)
        index.config_reader("manual")
        index.reload()
        return index

    def _load_or_create(self) -> Index:
        """Return the index, a new one in place of one that cannot be read or has another schema."""
        try:
            return self._load()
        except (ValueError, OSError):
            for folder in self._folder.glob("v*"):
                shutil.rmtree(folder)
            self._index_folder.mkdir()
            Index(self._schema, str(self._index_folder))
            return self._load()

    @contextmanager
    def _writer(self) -> Iterator[tantivy.IndexWriter]:
        """Yield the one writer; commit at the end, or roll back when the block raises.

        The writer reads the folder anew: an index opened before another process' commit knows
        nothing of its files and would never delete them.
        """
        with self._lock():
            writer = self._load_or_create().writer(_WRITER_BYTES, 1)
            try:
                yield writer
                writer.commit()
            except BaseException:
                writer.rollback()
                raise
            finally:
                writer.wait_merging_threads()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the folder's lock: one writer among all processes and threads of the host."""
        with (self._folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _schema() -> tantivy.Schema:
    """Return the fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("chunk_id", indexed=True, fast=True)
    builder.add_integer_field("file_id", indexed=True)
    builder.add_integer_field("codebase_id", indexed=True)
    for name in ("path", "language", "kind"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name=_ANALYZER_NAME, index_option="freq")
    builder.add_integer_field("revision_of", indexed=True, fast=True)
    builder.add_integer_field("revision", fast=True)
    return builder.build()


def _document(codebase_id: int, document: LexicalDocument) -> Document:
    """Return the tantivy document of a chunk."""
    return Document(
        chunk_id=document.chunk_id,
        file_id=document.file_id,
        codebase_id=codebase_id,
        path=document.path,
        language=document.language,
        kind=document.kind,
        text=_weighted_text(document),
    )


def _weighted_text(document: LexicalDocument) -> str:
    """Return the chunk's terms, those of each field repeated as often as it weighs."""
    return " ".join(
        term
        for field, weight in _WEIGHTS.items()
        for term in split_identifiers(getattr(document, field)) * weight
    )
