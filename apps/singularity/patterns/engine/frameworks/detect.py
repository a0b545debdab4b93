"""Frameworks of a code base, from what it declares, imports and holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apps.singularity.patterns.engine.frameworks import confidence
from apps.singularity.patterns.engine.frameworks.model import (
    DeclaredFact,
    Evidence,
    EvidenceKind,
    FileImports,
    FrameworkDetection,
    Role,
    Rule,
)
from apps.singularity.patterns.engine.frameworks.own import TextOf
from apps.singularity.patterns.engine.frameworks.rulebook import RuleBook
from apps.singularity.patterns.engine.frameworks.survey import Survey


def detect_frameworks(
    *,
    rules: RuleBook,
    declared: Iterable[DeclaredFact],
    imports: Iterable[FileImports],
    paths: Sequence[str],
    text_of: TextOf,
    name: str = "",
) -> tuple[FrameworkDetection, ...]:
    """All frameworks of at least `confidence.THRESHOLD`, the surest first.

    ``paths`` are all files, empty ones too. ``text_of`` gives the beginning of a file's text; it is
    asked for manifests, for files whose name alone is too weak, and for Python files that import
    what nothing declares. ``name`` is what the code base is called: it counts only where its root
    is itself a package.
    """
    survey = Survey(rules, paths, text_of, name)
    survey.declarations(declared)
    survey.imports(imports)
    survey.files(paths)
    survey.publications()
    found = survey.detections()
    _add_implied(rules, found)
    return tuple(sorted(found.values(), key=lambda one: (-one.confidence, one.key)))


def _add_implied(rules: RuleBook, found: dict[str, FrameworkDetection]) -> None:
    pending = sorted(found)
    while pending:
        source = found[pending.pop()]
        for key in rules.by_key[source.key].implies:
            sure = round(source.confidence * confidence.IMPLIED, 3)
            if source.role == Role.USES and key not in found and sure >= confidence.THRESHOLD:
                found[key] = _implied(rules.by_key[key], source, sure)
                pending.append(key)


def _implied(rule: Rule, source: FrameworkDetection, sure: float) -> FrameworkDetection:
    first = source.evidence[0]
    evidence = Evidence(EvidenceKind.IMPLIED, f"comes with {source.name}", first.path, first.line)
    return FrameworkDetection(
        key=rule.key,
        name=rule.name,
        category=rule.category,
        role=Role.USES,
        purl="",
        version="",
        requirement="",
        scope=source.scope,
        confidence=sure,
        evidence=(evidence,),
    )
