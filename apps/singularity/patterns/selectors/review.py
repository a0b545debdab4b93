"""What a review of new code compares it with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apps.singularity.ingestion.selectors.texts import codebase_files, codebase_paths, text_heads
from apps.singularity.patterns.engine.architecture import is_package_file, read_package, source_file
from apps.singularity.patterns.engine.architecture.model import Package
from apps.singularity.patterns.engine.clones.groups import Member
from apps.singularity.patterns.engine.facts import FileFacts as Facts
from apps.singularity.patterns.engine.mined import Finding as MinedFinding
from apps.singularity.patterns.engine.mined import MinedPattern, PatternKind, Place
from apps.singularity.patterns.engine.packing import outline_unpack
from apps.singularity.patterns.engine.review import Learned
from apps.singularity.patterns.models import CodePattern, FileFacts, Finding, ModuleGraph

_FETCH = 256


class NotMined(Exception):
    """There is nothing to compare with; the message says what to run."""


def learned_for_review(*, codebase: Any) -> Learned:
    """What is known of a code base as last mined.

    Raises:
        NotMined: it never was.
    """
    graph = ModuleGraph.objects.filter(codebase=codebase).first()
    if graph is None:
        raise NotMined(
            f"{codebase.name} has not been mined: run "
            f"`manage.py mine_patterns --codebase {codebase.name}`"
        )
    patterns = CodePattern.objects.filter(codebase=codebase, withdrawn_at=None)
    findings = Finding.objects.filter(codebase=codebase, withdrawn_at=None)
    outlines = list(_outlines(codebase))
    return Learned(
        patterns=[_pattern(row) for row in patterns.order_by("kind", "language", "rank")],
        findings=[_finding(row) for row in findings.select_related("pattern")],
        functions=[
            Member(path, fingerprint)
            for path, facts in outlines
            for fingerprint in facts.fingerprints
        ],
        files=[source_file(path, facts) for path, facts in outlines],
        packages=_packages(codebase),
        edges=_edges(graph.summary),
    )


def _outlines(codebase: Any) -> Iterator[tuple[str, Facts]]:
    paths = {row.id: row.path for row in codebase_files(codebase=codebase)}
    rows = FileFacts.objects.filter(codebase=codebase).order_by("file")
    for file, packed in rows.values_list("file", "packed").iterator(_FETCH):
        if file in paths:
            yield paths[file], outline_unpack(bytes(packed))


def _packages(codebase: Any) -> list[Package]:
    head = text_heads(codebase=codebase)
    manifests = [path for path in codebase_paths(codebase=codebase) if is_package_file(path)]
    read = (read_package(path, head(path)) for path in manifests)
    return [package for package in read if package is not None]


def _edges(summary: dict[str, Any]) -> frozenset[tuple[str, str]]:
    modules = summary["modules"]
    return frozenset((modules[one], modules[other]) for one, other in summary["dependencies"])


def _pattern(row: CodePattern) -> MinedPattern:
    return MinedPattern(
        kind=PatternKind(row.kind),
        language=row.language,
        signature=row.signature,
        template=row.template,
        occurrences=row.occurrences,
        files=row.files,
        score=row.score,
        confidence=row.confidence,
        details=row.details,
        examples=tuple(Place(**place) for place in row.examples),
    )


def _finding(row: Finding) -> MinedFinding:
    place = Place(row.path, row.start_line, row.end_line)
    return MinedFinding(row.pattern.signature, place, row.symbol, row.message)
