"""Read a code base: walk, compare, cut what changed, store it batch by batch."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.shared.core.jobs import JobRun
from apps.singularity.ingestion.engine.pipeline import FileResult, Recipe
from apps.singularity.ingestion.engine.pool import process_batches
from apps.singularity.ingestion.engine.walk import Limits, check_root, walk
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.services.changes import (
    Walked,
    changed_count,
    changed_tasks,
    removals_apply,
    walk_record,
)
from apps.singularity.ingestion.services.codebases import git_position
from apps.singularity.ingestion.services.lexical import (
    LexicalFeed,
    lexical_synchronise,
    tombstones_prune,
)
from apps.singularity.ingestion.services.store import Stored, batch_store
from apps.singularity.ingestion.services.vectors import orphans_delete

_ANALYZE_FROM_CHUNKS = 10_000

Progress = Callable[[dict[str, Any]], None]


def silent(_numbers: dict[str, Any]) -> None:
    """Report to nobody."""


@dataclass(slots=True)
class IngestReport:
    """What one ingest found and did; sizes in bytes."""

    walked: int = 0
    pending: int = 0
    pending_bytes: int = 0
    read: int = 0
    bytes: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: int = 0
    chunks: int = 0
    secrets: int = 0
    problems: list[str] = field(default_factory=list)

    def numbers(self) -> dict[str, Any]:
        """The counts, for a progress display or a job row."""
        return {name: value for name, value in asdict(self).items() if name != "problems"}


def recipe_of_settings() -> Recipe:
    """The recipe that this instance's settings ask for."""
    return Recipe(limits=Limits(max_file_bytes=settings.MAX_FILE_BYTES))


def codebase_ingest(
    *,
    codebase: Codebase,
    full: bool = False,
    run: JobRun | None = None,
    progress: Progress = silent,
    workers: int | None = None,
) -> IngestReport:
    """Bring what is stored of a code base up to its tree.

    Every batch of files is one transaction, so a killed run goes on where it stopped, and its
    text is found by searches at once; vectors are filled in by ``vectors_fill``.

    Args:
        full: read every file again, whatever its times say.
        run: the job that this runs under; it keeps the numbers and may cancel.
        progress: called with the numbers after every batch.
        workers: processes that read files; by default one a core.

    Raises:
        IngestError: the folder is missing or closed, or a worker process died.
        JobCancelled: somebody cancelled ``run``.
    """
    root = check_root(Path(codebase.root))
    recipe = recipe_of_settings()
    report = IngestReport()

    def tell(*, force: bool = False) -> None:
        progress(report.numbers())
        if run is not None:
            run.report(force=force, **report.numbers())

    walked = walk_record(walk(root, recipe.limits))
    _note_walk(report, walked)
    report.removed = removals_apply(codebase=codebase)
    report.pending, report.pending_bytes = changed_count(
        codebase=codebase, version=recipe.version, full=full
    )
    tell(force=True)
    tasks = changed_tasks(codebase=codebase, version=recipe.version, full=full)
    lexical_synchronise(instance=codebase.instance)
    feed = LexicalFeed(codebase=codebase)
    for results in process_batches(
        tasks, recipe, count=report.pending, workers=_cores() if workers is None else workers
    ):
        feed.add(_store(codebase, results, recipe.version, report))
        tell()
    feed.flush()
    _close(codebase, report)
    tell(force=True)
    return report


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _note_walk(report: IngestReport, walked: Walked) -> None:
    report.walked, report.skipped = walked.files, walked.skipped


def _store(
    codebase: Codebase, results: list[FileResult], version: str, report: IngestReport
) -> Stored:
    stored = batch_store(codebase=codebase, results=results, version=version)
    report.read += len(results)
    report.bytes += stored.bytes
    report.changed += stored.files
    report.unchanged += stored.unchanged
    report.skipped += stored.skipped
    report.chunks += stored.chunks
    report.secrets += stored.secrets
    report.problems += [
        f"{result.found.path}: {result.problem}" for result in results if result.problem
    ]
    return stored


def _close(codebase: Codebase, report: IngestReport) -> None:
    codebase.branch, codebase.commit = git_position(codebase.root)
    codebase.ingested_at = timezone.now()
    codebase.save(update_fields=["branch", "commit", "ingested_at"])
    lexical_synchronise(instance=codebase.instance)
    codebase.refresh_from_db(fields=["revision"])
    tombstones_prune(codebase=codebase)
    if report.chunks >= _ANALYZE_FROM_CHUNKS:
        with connection.cursor() as cursor:  # searches come before autovacuum does
            cursor.execute("ANALYZE ingestion_file, ingestion_chunk")
    if report.changed or report.removed:
        orphans_delete(instance=codebase.instance)
