"""Keep what each file tells the miners: only files that changed are read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction

from apps.singularity.ingestion.engine.pool import POOL_FROM_FILES, pooled
from apps.singularity.ingestion.selectors.texts import FileRow, codebase_files, file_texts
from apps.singularity.ingestion.services.copying import copy_into
from apps.singularity.patterns.engine.extract import READ_VERSION, SourceText, is_read, texts_read
from apps.singularity.patterns.models import FileFacts
from apps.singularity.patterns.services.errors import MiningError

BATCH_FILES = 64
BATCH_BYTES = 1_000_000
_FETCH = 256
_COPY = """
    COPY patterns_filefacts (instance, codebase_id, file_id, file_revision, version, packed)
    FROM STDIN (FORMAT binary)"""
_TYPES = ("varchar", "int8", "int8", "int8", "varchar", "bytea")


@dataclass(frozen=True, slots=True)
class Reading:
    """The files to mine by path, how many of them were read now, and how many have gone."""

    files: dict[str, FileRow]
    read: int
    gone: int


def facts_refresh(
    *,
    codebase: Any,
    full: bool,
    workers: int,
    tell: Callable[[int, int], None],
) -> Reading:
    """Bring the facts of a code base's files up to what is stored of them.

    Each batch is one transaction: a run that is killed goes on where it stopped.

    Args:
        full: read every file again.
        workers: processes that read; fewer than ``POOL_FROM_FILES`` files need none.
        tell: called with the numbers of files read and to read.

    Raises:
        MiningError: a worker process died.
    """
    files = [row for row in codebase_files(codebase=codebase) if is_read(row.path, row.language)]
    known = FileFacts.objects.filter(codebase=codebase)
    current = {
        file: (revision, version)
        for file, revision, version in known.values_list("file", "file_revision", "version")
    }
    gone = known.exclude(file__in=[row.id for row in files]).delete()[0]
    pending = [row for row in files if full or current.get(row.id) != (row.revision, READ_VERSION)]
    done = 0
    tell(done, len(pending))
    for rows, packed in _read(pending, workers):
        _store(codebase, rows, packed)
        done += len(rows)
        tell(done, len(pending))
    return Reading({row.path: row for row in files}, len(pending), gone)


def _read(pending: Sequence[FileRow], workers: int) -> Iterator[tuple[list[FileRow], list[bytes]]]:
    """Batches of files with the packed facts of each."""
    batches = list(_batches(pending))
    work = ((_texts(batch),) for batch in batches)
    if workers < 1 or len(pending) < POOL_FROM_FILES:
        yield from zip(batches, (texts_read(*texts) for texts in work), strict=True)
        return
    try:
        yield from zip(batches, pooled(texts_read, work, workers=workers), strict=True)
    except BrokenProcessPool:
        raise MiningError(
            "a worker process died while reading files (killed, or out of memory): "
            "run the command again; it goes on where it stopped"
        ) from None


def _batches(pending: Sequence[FileRow]) -> Iterator[list[FileRow]]:
    batch: list[FileRow] = []
    size = 0
    for row in pending:
        batch.append(row)
        size += row.size
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _texts(batch: Sequence[FileRow]) -> list[SourceText]:
    texts = dict(file_texts(file_ids=[row.id for row in batch]))
    return [SourceText(row.path, row.language, texts.get(row.id, "")) for row in batch]


def _store(codebase: Any, rows: Sequence[FileRow], packed: Sequence[bytes]) -> None:
    with transaction.atomic():
        FileFacts.objects.filter(file__in=[row.id for row in rows]).delete()
        with copy_into(_COPY) as copy:
            copy.set_types(_TYPES)
            for row, data in zip(rows, packed, strict=True):
                copy.write_row(
                    (codebase.instance, codebase.pk, row.id, row.revision, READ_VERSION, data)
                )


def facts_of(*, files: dict[str, FileRow]) -> Iterator[tuple[str, bytes]]:
    """Path and packed facts of each file, in the order of paths."""
    paths = iter(sorted(files))
    while batch := list(islice(paths, _FETCH)):
        ids = {files[path].id: path for path in batch}
        rows = FileFacts.objects.filter(file__in=list(ids)).values_list("file", "packed")
        packed = {ids[file]: bytes(data) for file, data in rows}
        for path in batch:
            if path in packed:
                yield path, packed[path]
