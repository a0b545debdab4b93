"""Frameworks of a code base, from what it declares, imports and holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.frameworks import confidence
from apps.singularity.patterns.engine.frameworks.candidate import Candidate
from apps.singularity.patterns.engine.frameworks.model import (
    DeclaredFact,
    Evidence,
    EvidenceKind,
    FileImports,
    FrameworkDetection,
    Role,
    Rule,
)
from apps.singularity.patterns.engine.frameworks.modules import (
    ECOSYSTEMS,
    OwnModules,
    family_of,
)
from apps.singularity.patterns.engine.frameworks.own import TextOf, own_packages
from apps.singularity.patterns.engine.frameworks.packages import package_key
from apps.singularity.patterns.engine.frameworks.places import is_aside, is_documentation
from apps.singularity.patterns.engine.frameworks.rulebook import RuleBook

_OWN_IMPORTERS = 5


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

    ``paths`` are all files, ``text_of`` gives the beginning of a file's text and is asked for
    manifests and for the few files whose name alone is too weak. ``name`` is what the code base
    is called: it counts only where its root is itself a package.
    """
    own = own_packages(paths, text_of)
    survey = _Survey(rules, own, OwnModules(paths, own, name))
    survey.declarations(declared)
    survey.imports(imports)
    for key, evidence in rules.files.evidence(paths, text_of):
        survey.candidates[key].files.append(evidence)
    survey.publications()
    return _ranked(rules, survey.detections())


class _Candidates(dict[str, Candidate]):
    """Candidates by key of their rule, made when first asked for."""

    def __init__(self, rules: RuleBook) -> None:
        super().__init__()
        self._rules = rules

    def __missing__(self, key: str) -> Candidate:
        self[key] = candidate = Candidate(self._rules.by_key[key])
        return candidate


class _Survey:
    """Gathers the evidence of each rule."""

    def __init__(self, rules: RuleBook, own: frozenset[str], modules: OwnModules) -> None:
        self.candidates = _Candidates(rules)
        self._own, self._modules = own, modules
        self._packages, self._prefixes = rules.packages, rules.modules
        self._ecosystems: set[str] = set()
        self._families: set[str] = set()
        self._own_uses: dict[str, set[str]] = defaultdict(set)

    def declarations(self, declared: Iterable[DeclaredFact]) -> None:
        for fact in declared:
            key = package_key(fact.purl)
            if key in self._own or is_aside(fact.path):
                continue
            if not fact.locked:
                self._ecosystems.add(key.partition("/")[0])
            if fact.scope != "docs" and is_documentation(fact.path):
                fact = replace(fact, scope="docs")  # noqa: PLW2901 - the same fact, placed
            for rule in self._packages.rules_of(key):
                candidate = self.candidates[rule]
                direct = not fact.locked and fact.scope != "indirect"
                (candidate.declared if direct else candidate.locked).append(fact)

    def imports(self, files: Iterable[FileImports]) -> None:
        for file in sorted(files, key=lambda file: file.path):
            family = family_of(file.language)
            self._families.add(family)
            if is_aside(file.path) or is_documentation(file.path):
                continue
            for imported in file.imports:
                self._import(file.path, family, imported)

    def _import(self, path: str, family: str, imported: Import) -> None:
        for key, prefix in self._prefixes.rules_of(family, imported):
            candidate = self.candidates[key]
            if candidate.declared or not self._modules.has(family, imported.module):
                candidate.imported(path, family, imported)
            elif prefix.count(".") == 0:
                self._own_uses[key].add(path)

    def publications(self) -> None:
        """Frameworks that the code base itself is: by its manifests, else by its modules."""
        for package in sorted(self._own):
            for key in self._packages.exactly(package):
                detail = f"publishes pkg:{package}"
                self.candidates[key].own.append(Evidence(EvidenceKind.OWN, detail, ""))
        for key, importers in self._own_uses.items():
            candidate = self.candidates[key]
            if not self._own and len(importers) >= _OWN_IMPORTERS:
                detail = f"{len(importers)} files import it as a part of the code base"
                candidate.own.append(Evidence(EvidenceKind.OWN, detail, min(importers)))

    def detections(self) -> dict[str, FrameworkDetection]:
        expected = {
            family for family, ecosystem in ECOSYSTEMS.items() if family in self._families
        } - {"ruby", "elixir"}  # their frameworks are loaded without an import
        found = {}
        for key, candidate in self.candidates.items():
            detection = candidate.detection(
                shows_use=expected, manifests=self._ecosystems, by_name=bool(self._own)
            )
            if detection.confidence >= confidence.THRESHOLD:
                found[key] = detection
        return found


def _ranked(
    rules: RuleBook, found: dict[str, FrameworkDetection]
) -> tuple[FrameworkDetection, ...]:
    pending = sorted(found)
    while pending:
        source = found[pending.pop()]
        for key in rules.by_key[source.key].implies:
            sure = round(source.confidence * confidence.IMPLIED, 3)
            if source.role == Role.USES and key not in found and sure >= confidence.THRESHOLD:
                found[key] = _implied(rules.by_key[key], source, sure)
                pending.append(key)
    return tuple(sorted(found.values(), key=lambda one: (-one.confidence, one.key)))


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
