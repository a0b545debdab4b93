"""Store a batch of files: rows by COPY, all in one transaction, so a kill leaves none half-done."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction

from apps.singularity.ingestion.engine.lexical import LexicalDocument
from apps.singularity.ingestion.engine.pipeline import FileResult, NamedChunk
from apps.singularity.ingestion.engine.skips import SkipReason
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.services.copying import copy_into

_TRANSIENT = {SkipReason.UNREADABLE, SkipReason.VANISHED, SkipReason.CHANGED}
_RACY_NS = 2_000_000_000
_NAME_SEPARATORS = ("::", ".", "#")
_ARITY = re.compile(r"/\d+$")  # of Elixir and Erlang

_UPSERT_FILES = """
    INSERT INTO ingestion_file AS f
        (instance, codebase_id, revision, engine_version, is_directory, path, state, reason,
         detail, language, encoding, size, lines, mtime_ns, ctime_ns, digest, has_syntax_errors)
    SELECT %s, %s, %s, %s, false, *
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                %s::bigint[], %s::int[], %s::bigint[], %s::bigint[], %s::bytea[], %s::bool[])
    ON CONFLICT (codebase_id, md5(path)) DO UPDATE
    SET revision = excluded.revision, engine_version = excluded.engine_version,
        is_directory = false, state = excluded.state, reason = excluded.reason,
        detail = excluded.detail, language = excluded.language, encoding = excluded.encoding,
        size = excluded.size, lines = excluded.lines, mtime_ns = excluded.mtime_ns,
        ctime_ns = excluded.ctime_ns, digest = excluded.digest,
        has_syntax_errors = excluded.has_syntax_errors
    RETURNING path, id"""

_TOUCH_FILES = """
    UPDATE ingestion_file f SET mtime_ns = t.mtime_ns, ctime_ns = t.ctime_ns
    FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS t (path, mtime_ns, ctime_ns)
    WHERE f.codebase_id = %s AND md5(f.path) = md5(t.path) AND f.path = t.path"""

_COPY_CHUNKS = """
    COPY ingestion_chunk
        (id, instance, codebase_id, file_id, ordinal, language, kind, symbol, name, signature,
         documentation, start_line, end_line, start_byte, end_byte, content, content_digest,
         text_digest) FROM STDIN"""
_COPY_SECRETS = (
    "COPY ingestion_secretfinding (instance, codebase_id, file_id, kind, line) FROM STDIN"
)
_COPY_DEPENDENCIES = """
    COPY ingestion_declareddependency
        (instance, codebase_id, file_id, purl, requirement, scope, locked, line) FROM STDIN"""

OWNED_TABLES = ("ingestion_chunk", "ingestion_secretfinding", "ingestion_declareddependency")
"""What belongs to a file and is replaced with it."""

Row = tuple[object, ...]


@dataclass(slots=True)
class Stored:
    """Counts of what a batch brought, and its step of the lexical index.

    ``revision`` is 0 where nothing changed; ``file_ids`` are the files that were replaced.
    """

    files: int = 0
    skipped: int = 0
    unchanged: int = 0
    chunks: int = 0
    secrets: int = 0
    bytes: int = 0
    revision: int = 0
    file_ids: list[int] = field(default_factory=list)
    documents: list[LexicalDocument] = field(default_factory=list)


def revision_next(*, codebase: Codebase) -> int:
    """Move the code base to its next revision, inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ingestion_codebase SET revision = revision + 1 WHERE id = %s"
            " RETURNING revision",
            [codebase.pk],
        )
        revision: int = cursor.fetchone()[0]
    return revision


def batch_store(*, codebase: Codebase, results: Sequence[FileResult], version: str) -> Stored:
    """Replace what is stored of these files by ``results``, in one transaction."""
    changed = [result for result in results if not result.unchanged]
    untouched = [result for result in results if result.unchanged]
    stored = _counts(results, changed)
    with transaction.atomic():
        if untouched:
            _touch(codebase, untouched)
        if changed:
            _replace(codebase, changed, version, stored)
    return stored


def _counts(results: Sequence[FileResult], changed: Sequence[FileResult]) -> Stored:
    return Stored(
        files=sum(1 for result in changed if result.skipped is None),
        skipped=sum(1 for result in changed if result.skipped is not None),
        unchanged=len(results) - len(changed),
        chunks=sum(len(result.chunks) for result in changed),
        secrets=sum(len(result.secrets) for result in changed),
        bytes=sum(result.found.size for result in results),
    )


def _touch(codebase: Codebase, results: Sequence[FileResult]) -> None:
    times = [_trusted_times(result) for result in results]
    with connection.cursor() as cursor:
        cursor.execute(
            _TOUCH_FILES,
            [
                [result.found.path for result in results],
                [mtime for mtime, _ in times],
                [ctime for _, ctime in times],
                codebase.pk,
            ],
        )


def _replace(
    codebase: Codebase, results: Sequence[FileResult], version: str, stored: Stored
) -> None:
    revision = stored.revision = revision_next(codebase=codebase)
    rows = [_file_row(result) for result in results]
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(_UPSERT_FILES, [codebase.instance, codebase.pk, revision, version, *columns])
        ids: dict[str, int] = dict(cursor.fetchall())
        for table in OWNED_TABLES:
            cursor.execute(f"DELETE FROM {table} WHERE file_id = ANY(%s)", [list(ids.values())])
    owner = (codebase.instance, codebase.pk)
    stored.file_ids = list(ids.values())
    chunk_ids = _chunk_ids(stored.chunks)
    _copy(_COPY_CHUNKS, _chunk_rows(owner, results, ids, chunk_ids))
    stored.documents = list(_documents(results, ids, chunk_ids))
    _copy(
        _COPY_SECRETS,
        (
            (*owner, ids[result.found.path], secret.kind, secret.line)
            for result in results
            for secret in result.secrets
        ),
    )
    _copy(
        _COPY_DEPENDENCIES,
        (
            (
                *owner, ids[result.found.path], declared.purl[:500], declared.requirement,
                declared.scope, declared.locked, declared.line,
            )
            for result in results
            for declared in result.dependencies
        ),
    )  # fmt: skip


def _copy(statement: str, rows: Iterable[Row]) -> None:
    with copy_into(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _file_row(result: FileResult) -> Row:
    mtime_ns, ctime_ns = _trusted_times(result)
    skipped = result.skipped
    return (
        result.found.path,
        "included" if skipped is None else "skipped",
        "" if skipped is None else skipped.reason.value,
        result.problem if skipped is None else skipped.detail,
        result.language,
        result.encoding,
        result.size or result.found.size,
        result.lines,
        mtime_ns,
        ctime_ns,
        result.digest,
        result.has_syntax_errors,
    )


def _trusted_times(result: FileResult) -> tuple[int, int]:
    """Times by which a later run may know the file unchanged; zeros where they prove nothing.

    A file written within the clock's grain of its reading may change again and keep its times
    (git calls this the racy index), and a file that could not be read deserves another try.
    """
    if result.skipped is not None and result.skipped.reason in _TRANSIENT:
        return 0, 0
    mtime_ns = result.mtime_ns or result.found.mtime_ns
    ctime_ns = result.ctime_ns or result.found.ctime_ns
    if time.time_ns() - max(mtime_ns, ctime_ns) < _RACY_NS:
        return 0, 0
    return mtime_ns, ctime_ns


def _chunk_ids(count: int) -> list[int]:
    """Take ids before the COPY, which returns none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('ingestion_chunk', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _chunk_rows(
    owner: tuple[str, int],
    results: Sequence[FileResult],
    ids: dict[str, int],
    chunk_ids: Sequence[int],
) -> Iterator[Row]:
    for chunk_id, (result, named) in zip(chunk_ids, _named(results), strict=True):
        file_id = ids[result.found.path]
        yield (chunk_id, *owner, file_id, *_chunk_columns(named, result.language))


def _documents(
    results: Sequence[FileResult], ids: dict[str, int], chunk_ids: Sequence[int]
) -> Iterator[LexicalDocument]:
    for chunk_id, (result, named) in zip(chunk_ids, _named(results), strict=True):
        path = result.found.path
        kind = str(named.chunk.kind)
        yield LexicalDocument(chunk_id, ids[path], path, result.language, kind, named.terms)


def _named(results: Sequence[FileResult]) -> Iterator[tuple[FileResult, NamedChunk]]:
    return ((result, named) for result in results for named in result.chunks)


def _chunk_columns(named: NamedChunk, language: str) -> Row:
    chunk = named.chunk
    return (
        chunk.ordinal, language, str(chunk.kind), chunk.symbol[:500],
        symbol_name(chunk.symbol)[:500], chunk.signature, chunk.documentation,
        chunk.start_line, chunk.end_line, chunk.start_byte, chunk.end_byte, chunk.content,
        named.content_digest, named.text_digest,
    )  # fmt: skip


def symbol_name(symbol: str) -> str:
    """Last part of a qualified symbol, in lower case: ``A.b`` -> ``b``, ``M.f/2`` -> ``f``."""
    name = _ARITY.sub("", symbol)
    for separator in _NAME_SEPARATORS:
        name = name.rpartition(separator)[2] or name
    return name.lower()
