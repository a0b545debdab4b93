"""Keep this host's lexical index at the revision of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apps.singularity.ingestion.engine.lexical import (
    LexicalDocument,
    LexicalIndex,
    weighted_terms,
)
from apps.singularity.ingestion.models import Chunk, Codebase, File
from apps.singularity.ingestion.resources import lexical_index
from apps.singularity.ingestion.services.store import Stored

_TOMBSTONES_KEPT = 1000
_FETCH = 2000
_FEED_CHUNKS = 20_000
_DOCUMENT_FIELDS = (
    "id", "file_id", "file__path", "language", "kind", "symbol", "signature", "documentation",
    "content",
)  # fmt: skip


def lexical_synchronise(*, instance: str, codebases: Sequence[Codebase] | None = None) -> None:
    """Bring the index up to every code base's revision; cheap when there is nothing to do.

    Args:
        codebases: all of the instance's as just read, to spare reading them again.
    """
    index = lexical_index(instance)
    applied = index.revisions()
    if codebases is None:
        codebases = list(Codebase.objects.filter(instance=instance))
    for codebase in codebases:
        if applied.get(codebase.token) != codebase.revision:
            _catch_up(index, codebase, applied.get(codebase.token))
    for token in applied.keys() - {codebase.token for codebase in codebases}:
        index.forget(token)


class LexicalFeed:
    """Takes what an ingest stores straight to the index, without reading it back.

    The index must stand at the revision before the first batch; where another process moved it
    meanwhile, or a batch is missing, it catches up from the database instead.
    """

    def __init__(self, *, codebase: Codebase) -> None:
        self._codebase = codebase
        self._batches: list[Stored] = []

    def add(self, stored: Stored) -> None:
        """Keep a stored batch, and pass on what has gathered once it is much."""
        if stored.revision:
            self._batches.append(stored)
        if sum(len(batch.documents) for batch in self._batches) >= _FEED_CHUNKS:
            self.flush()

    def flush(self) -> None:
        """Bring the index to the last batch's revision in one commit."""
        if not self._batches:
            return
        index = lexical_index(self._codebase.instance)
        revisions = [batch.revision for batch in self._batches]
        before = index.revisions().get(self._codebase.token)
        if before is None or revisions != list(range(before + 1, before + 1 + len(revisions))):
            lexical_synchronise(instance=self._codebase.instance)
        else:
            index.apply(
                codebase_id=self._codebase.token,
                revision=revisions[-1],
                removed_files=[one for batch in self._batches for one in batch.file_ids],
                documents=(one for batch in self._batches for one in batch.documents),
            )
        self._batches = []


def _catch_up(index: LexicalIndex, codebase: Codebase, applied: int | None) -> None:
    """Apply what changed after ``applied``; start over where that cannot be known.

    An index ahead of the database belongs to a time before a backup was restored.
    """
    revision = codebase.revision
    reset = applied is None or applied > revision or applied < codebase.tombstone_floor
    after = 0 if reset or applied is None else applied
    changed = File.objects.filter(codebase=codebase, revision__gt=after, revision__lte=revision)
    index.apply(
        codebase_id=codebase.token,
        revision=revision,
        removed_files=() if reset else changed.values_list("id", flat=True).iterator(_FETCH),
        documents=_documents(codebase, after, revision),
        reset=reset,
    )


def _documents(codebase: Codebase, after: int, revision: int) -> Iterator[LexicalDocument]:
    chunks = Chunk.objects.filter(
        codebase=codebase, file__revision__gt=after, file__revision__lte=revision
    ).order_by()
    for row in chunks.values_list(*_DOCUMENT_FIELDS).iterator(_FETCH):
        chunk_id, file_id, path, language, kind, symbol, signature, documentation, content = row
        terms = weighted_terms(
            symbol=symbol,
            path=path,
            signature=signature,
            documentation=documentation,
            content=content,
        )
        yield LexicalDocument(chunk_id, file_id, path, language, kind, terms)


def tombstones_prune(*, codebase: Codebase) -> int:
    """Drop the rows of removed files once they are many; indexes that missed them start over."""
    removed = File.objects.filter(codebase=codebase, state=File.State.REMOVED)
    if removed.count() <= _TOMBSTONES_KEPT:
        return 0
    Codebase.objects.filter(id=codebase.pk).update(tombstone_floor=codebase.revision)
    return removed.filter(revision__lte=codebase.revision).delete()[0]
