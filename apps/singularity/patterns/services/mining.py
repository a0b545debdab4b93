"""Mine a code base: bring its files' facts up to date, mine them all, store what holds now."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.shared.core.jobs import JobRun
from apps.singularity.ingestion.selectors.texts import (
    codebase_paths,
    declared_dependencies,
    text_heads,
)
from apps.singularity.patterns.engine.definitions import Definitions, load_definitions
from apps.singularity.patterns.engine.facts import FileFacts
from apps.singularity.patterns.engine.frameworks import DeclaredFact
from apps.singularity.patterns.engine.mine import MINING_VERSION, Learned, Surroundings, mine
from apps.singularity.patterns.engine.packing import UnreadableFacts, facts_unpack
from apps.singularity.patterns.models import Mining
from apps.singularity.patterns.services.architecture import architecture_store
from apps.singularity.patterns.services.code import code_store
from apps.singularity.patterns.services.errors import MiningError
from apps.singularity.patterns.services.frameworks import frameworks_store
from apps.singularity.patterns.services.merging import Now
from apps.singularity.patterns.services.readings import Reading, facts_of, facts_refresh

Progress = Callable[[dict[str, Any]], None]


def silent(_numbers: dict[str, Any]) -> None:
    """Report to nobody."""


@dataclass(slots=True)
class MiningReport:
    """What one mining found; ``unchanged`` says that nothing had changed since the last one."""

    pending: int = 0
    read: int = 0
    files: int = 0
    nodes: int = 0
    patterns: int = 0
    new: int = 0
    withdrawn: int = 0
    findings: int = 0
    architecture: int = 0
    frameworks: int = 0
    unchanged: bool = False
    changes: list[str] = field(default_factory=list)

    def numbers(self) -> dict[str, Any]:
        """The counts, for a progress display or a job row."""
        return {name: value for name, value in asdict(self).items() if name != "changes"}


def mining_version(definitions: Definitions) -> str:
    """Names the code and the definitions that decide what is learned of given facts."""
    return f"{MINING_VERSION}-{definitions.digest[:16]}"


def definitions_of_settings() -> Definitions:
    """The definitions that come with the product, and those in the user's folder.

    Raises:
        MiningError: a definition is wrong; the message names file and field.
    """
    try:
        return load_definitions(settings.DEFINITIONS_DIR)
    except ValueError as error:
        raise MiningError(str(error)) from None


def mining_due(*, codebase: Any) -> bool:
    """Whether the code base was read, and has changed since it was last mined."""
    mining = Mining.objects.filter(codebase=codebase).first()
    version = mining_version(definitions_of_settings())
    return codebase.ingested_at is not None and (
        mining is None or (mining.codebase_revision, mining.version) != (codebase.revision, version)
    )


def codebase_mine(
    *,
    codebase: Any,
    full: bool = False,
    run: JobRun | None = None,
    progress: Progress = silent,
    workers: int | None = None,
) -> MiningReport:
    """Bring what is learned of a code base up to what is stored of its files.

    Only changed files are read again; the miners then run over the facts of all files, so that
    the result is that of a full run. It is stored in one transaction.

    Args:
        full: read every file again.
        run: the job that this runs under; it keeps the numbers and may cancel.
        progress: called with the numbers as they change.
        workers: processes that read files; by default one a core.

    Raises:
        MiningError: a definition is wrong, a worker process died, or the code base was deleted.
        JobCancelled: somebody cancelled ``run``.
    """
    report = MiningReport()
    definitions = definitions_of_settings()
    at = (codebase.revision, mining_version(definitions))

    def tell(*, force: bool = False) -> None:
        progress(report.numbers())
        if run is not None:
            run.report(force=force, **report.numbers())

    def reading(done: int, pending: int) -> None:
        report.read, report.pending = done, pending
        tell()

    files = facts_refresh(
        codebase=codebase,
        full=full,
        workers=_cores() if workers is None else workers,
        tell=reading,
    )
    mining, _ = Mining.objects.get_or_create(
        codebase=codebase, defaults={"instance": codebase.instance}
    )
    if not (full or files.read or files.gone) and (
        (mining.codebase_revision, mining.version) == at
    ):
        report.unchanged = True
        return report
    tell(force=True)
    learned = _mine(codebase, files, definitions, tell)
    _store(codebase, learned, at, report)
    tell(force=True)
    return report


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _mine(
    codebase: Any, reading: Reading, definitions: Definitions, tell: Callable[[], None]
) -> Learned:
    surroundings = Surroundings(
        name=codebase.name,
        paths=codebase_paths(codebase=codebase),
        declared=[
            DeclaredFact(row.purl, row.requirement, row.scope, row.locked, row.path, row.line)
            for row in declared_dependencies(codebase=codebase)
        ],
        text_of=text_heads(codebase=codebase),
    )

    def facts() -> Iterator[tuple[str, FileFacts]]:
        for path, packed in facts_of(files=reading.files):
            tell()  # also what notices a cancellation
            yield path, _unpacked(path, packed)

    return mine(facts(), surroundings=surroundings, definitions=definitions)


def _unpacked(path: str, packed: bytes) -> FileFacts:
    try:
        return facts_unpack(packed)
    except UnreadableFacts as error:
        raise MiningError(
            f"what is stored of {path} is damaged ({error}): run `manage.py mine_patterns --full`"
        ) from None


def _store(codebase: Any, learned: Learned, at: tuple[int, str], report: MiningReport) -> None:
    with transaction.atomic():
        mining = Mining.objects.select_for_update().filter(codebase=codebase).first()
        if mining is None:
            raise MiningError(f"the code base {codebase.name} was deleted while it was mined")
        now = Now(codebase, mining.revision + 1, timezone.now())
        patterns, findings = code_store(
            patterns=learned.patterns, findings=learned.findings, now=now
        )
        architecture = architecture_store(
            graph=learned.graph, detections=learned.architecture, now=now
        )
        frameworks, schemas = frameworks_store(
            detections=learned.frameworks, schemas=learned.schemas, now=now
        )
        merges = (patterns, findings, architecture.patterns, frameworks, schemas)
        if any(merge.any for merge in merges) or architecture.changes or not mining.revision:
            mining.revision = now.revision
        mining.codebase_revision, mining.version = at
        mining.files, mining.nodes, mining.mined_at = learned.files, learned.nodes, now.at
        mining.save()
    report.files, report.nodes = learned.files, learned.nodes
    report.patterns, report.findings = len(patterns.rows), len(findings.rows)
    report.new, report.withdrawn = len(patterns.created), len(patterns.withdrawn)
    report.architecture, report.frameworks = len(architecture.patterns.rows), len(frameworks.rows)
    report.changes = [change.text for change in architecture.changes]
