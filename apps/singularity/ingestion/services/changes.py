"""What changed in a tree since it was last read, worked out inside the database.

The walk is copied into a temporary table and compared there, so that memory stays flat however
large the tree is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from apps.singularity.ingestion.engine.pipeline import Task
from apps.singularity.ingestion.engine.skips import Skipped
from apps.singularity.ingestion.engine.walk import Found
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.services.copying import copy_into
from apps.singularity.ingestion.services.store import OWNED_TABLES, revision_next

_FETCH = 2000

_CREATE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS walked (
        path text NOT NULL, location bytea NOT NULL, size bigint NOT NULL,
        mtime_ns bigint NOT NULL, ctime_ns bigint NOT NULL, is_manifest boolean NOT NULL,
        reason text NOT NULL, detail text NOT NULL, is_directory boolean NOT NULL)"""

_CHANGED = """
    FROM walked w
    LEFT JOIN ingestion_file f
      ON f.codebase_id = %(codebase)s AND md5(f.path) = md5(w.path) AND f.path = w.path
    WHERE w.reason = ''
      AND (f.id IS NULL OR %(full)s OR f.engine_version <> %(version)s OR f.size <> w.size
           OR f.mtime_ns <> w.mtime_ns OR f.ctime_ns <> w.ctime_ns)"""

_REMOVE = """
    UPDATE ingestion_file f
    SET state = 'removed', reason = '', detail = '', engine_version = '', revision = %(revision)s
    WHERE f.codebase_id = %(codebase)s AND f.state <> 'removed'
      AND NOT EXISTS (SELECT 1 FROM walked w WHERE md5(w.path) = md5(f.path) AND w.path = f.path)
    """

_SKIP = """
    INSERT INTO ingestion_file AS f
        (instance, codebase_id, path, state, reason, detail, is_directory, language, encoding,
         size, lines, mtime_ns, ctime_ns, engine_version, has_syntax_errors, revision)
    SELECT %(instance)s, %(codebase)s, path, 'skipped', reason, detail, is_directory, '', '',
           size, 0, mtime_ns, ctime_ns, '', false, %(revision)s
    FROM walked WHERE reason <> ''
    ON CONFLICT (codebase_id, md5(path)) DO UPDATE
    SET state = 'skipped', reason = excluded.reason, detail = excluded.detail,
        is_directory = excluded.is_directory, language = '', encoding = '', digest = NULL,
        size = excluded.size, lines = 0, mtime_ns = excluded.mtime_ns,
        ctime_ns = excluded.ctime_ns, engine_version = '', has_syntax_errors = false,
        revision = excluded.revision
    WHERE (f.state, f.reason, f.detail, f.is_directory, f.size)
          IS DISTINCT FROM ('skipped', excluded.reason, excluded.detail, excluded.is_directory,
                            excluded.size)"""

_DELETE_OF_REVISION = """
    DELETE FROM {table} USING ingestion_file f
    WHERE {table}.file_id = f.id AND f.codebase_id = %(codebase)s AND f.revision = %(revision)s"""


@dataclass(frozen=True, slots=True)
class Walked:
    """Counts of one walk."""

    files: int
    skipped: int
    bytes: int


def walk_record(entries: Iterable[Found | Skipped]) -> Walked:
    """Copy a walk into this connection's temporary table ``walked``."""
    files = skipped = size = 0
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        cursor.execute("TRUNCATE walked")
    with copy_into("COPY walked FROM STDIN") as copy:
        for entry in entries:
            copy.write_row(_walked_row(entry))
            if isinstance(entry, Found):
                files += 1
                size += entry.size
            else:
                skipped += 1
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE walked")
    return Walked(files, skipped, size)


def _walked_row(entry: Found | Skipped) -> tuple[object, ...]:
    if isinstance(entry, Skipped):
        return (
            entry.path, b"", 0, 0, 0, False,
            entry.reason.value, entry.detail, entry.is_directory,
        )  # fmt: skip
    return (
        entry.path, entry.location, entry.size, entry.mtime_ns, entry.ctime_ns,
        entry.is_manifest, "", "", False,
    )  # fmt: skip


def removals_apply(*, codebase: Codebase) -> int:
    """Forget the files that are gone, and note those that are skipped now; returns how many went.

    A gone file leaves a row in state ``removed`` behind, from which derived indexes learn of it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        revision = revision_next(codebase=codebase)
        values: dict[str, Any] = {
            "instance": codebase.instance, "codebase": codebase.pk, "revision": revision
        }  # fmt: skip
        cursor.execute(_REMOVE, values)
        removed: int = cursor.rowcount
        cursor.execute(_SKIP, values)
        if not removed and not cursor.rowcount:
            transaction.set_rollback(True)
            return 0
        for table in OWNED_TABLES:
            cursor.execute(_DELETE_OF_REVISION.format(table=table), values)
    return removed


def changed_count(*, codebase: Codebase, version: str, full: bool) -> tuple[int, int]:
    """Number and bytes of the files that must be read."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), coalesce(sum(w.size), 0)::bigint {_CHANGED}",
            {"codebase": codebase.pk, "version": version, "full": full},
        )
        count, size = cursor.fetchone()
    return count, size


def changed_tasks(*, codebase: Codebase, version: str, full: bool) -> Iterator[Task]:
    """The files that must be read, in order of path, a page of the database at a time."""
    after = ""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT w.path, w.location, w.size, w.mtime_ns, w.ctime_ns, w.is_manifest,"
                " CASE WHEN f.engine_version = %(version)s AND NOT %(full)s THEN f.digest END"
                f' {_CHANGED} AND w.path COLLATE "C" > %(after)s'
                ' ORDER BY w.path COLLATE "C" LIMIT %(limit)s',
                {
                    "codebase": codebase.pk, "version": version, "full": full,
                    "after": after, "limit": _FETCH,
                },
            )  # fmt: skip
            page = cursor.fetchall()
        for path, location, size, mtime_ns, ctime_ns, is_manifest, digest in page:
            found = Found(path, bytes(location), size, mtime_ns, ctime_ns, is_manifest)
            yield Task(found, None if digest is None else bytes(digest))
        if len(page) < _FETCH:
            return
        after = page[-1][0]
