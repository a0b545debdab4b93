"""Gathers what speaks for each rule in one code base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.frameworks import confidence
from apps.singularity.patterns.engine.frameworks.candidate import Candidate
from apps.singularity.patterns.engine.frameworks.compiled import (
    compiled_requirements,
    frozen_manifests,
)
from apps.singularity.patterns.engine.frameworks.model import (
    DeclaredFact,
    Evidence,
    EvidenceKind,
    FileImports,
    FrameworkDetection,
)
from apps.singularity.patterns.engine.frameworks.modules import (
    ECOSYSTEMS,
    OwnModules,
    family_of,
)
from apps.singularity.patterns.engine.frameworks.own import TextOf, own_packages
from apps.singularity.patterns.engine.frameworks.packages import package_key, package_url
from apps.singularity.patterns.engine.frameworks.places import is_aside, is_documentation
from apps.singularity.patterns.engine.frameworks.rulebook import RuleBook
from apps.singularity.patterns.engine.frameworks.versions import exact_version

_OWN_IMPORTERS = 5


class _Candidates(dict[str, Candidate]):
    """Candidates by key of their rule, made when first asked for."""

    def __init__(self, rules: RuleBook) -> None:
        super().__init__()
        self._rules = rules

    def __missing__(self, key: str) -> Candidate:
        self[key] = candidate = Candidate(self._rules.by_key[key])
        return candidate


class Survey:
    """Gathers the evidence of each rule."""

    def __init__(self, rules: RuleBook, paths: Sequence[str], text_of: TextOf, name: str) -> None:
        self._rules, self._text_of = rules, text_of
        self._candidates = _Candidates(rules)
        self._own = own_packages(paths, text_of)
        self._modules = OwnModules(paths, self._own, name)
        self._compiled = compiled_requirements(paths, text_of)
        self._frozen: frozenset[str] = frozenset()
        self._ecosystems: set[str] = set()
        self._families: set[str] = set()
        self._own_uses: dict[str, set[str]] = defaultdict(set)

    def declarations(self, declared: Iterable[DeclaredFact]) -> None:
        """Take in what manifests declare; what fills a lock file is not asked for itself."""
        declared = list(declared)
        self._frozen = frozen_manifests(declared)
        for fact in declared:
            key = package_key(fact.purl)
            if key in self._own or is_aside(fact.path):
                continue
            placed = self._placed(fact)
            direct = not placed.locked and placed.scope != "indirect"
            if direct:
                self._ecosystems.add(key.partition("/")[0])
            for rule in self._rules.packages.rules_of(key):
                candidate = self._candidates[rule]
                (candidate.declared if direct else candidate.locked).append(placed)

    def _placed(self, fact: DeclaredFact) -> DeclaredFact:
        """The fact as its file makes it: of documentation, or locked by a tool that filled it."""
        if fact.path in self._compiled:
            version = exact_version(fact.purl, fact.requirement)
            purl = f"{fact.purl}@{version}" if version and not fact.locked else fact.purl
            return replace(fact, purl=purl, locked=True)
        if is_documentation(fact.path):
            return replace(fact, scope="docs")
        return fact

    def imports(self, files: Iterable[FileImports]) -> None:
        """Take in imports, after all declarations; those in documentation show a reader's code."""
        for file in sorted(files, key=lambda file: file.path):
            family = family_of(file.language)
            self._families.add(family)
            if is_aside(file.path) or is_documentation(file.path):
                continue
            for imported in file.imports:
                self._import(file.path, family, imported)

    def _import(self, path: str, family: str, imported: Import) -> None:
        for key, prefix in self._rules.modules.rules_of(family, imported):
            candidate = self._candidates[key]
            if candidate.declared:
                candidate.imported(path, family, imported, guarded=False)
            elif not self._modules.has(family, imported.module):
                # its text is asked for only as long as the answer may matter
                guarded = not candidate.is_needed and self._is_guarded(path, family, imported)
                candidate.imported(path, family, imported, guarded=guarded)
            elif "." not in prefix:
                self._own_uses[key].add(path)

    def _is_guarded(self, path: str, family: str, imported: Import) -> bool:
        """Whether the file does without: in a function, for types, or in Python under `try`."""
        if imported.deferred or imported.typing_only:
            return True
        if family != "python":
            return False
        lines = (self._text_of(path) or "").split("\n", imported.line)
        return lines[imported.line - 1][:1].isspace() if imported.line <= len(lines) else False

    def files(self, paths: Sequence[str]) -> None:
        """Take in what the files' names and texts tell."""
        for key, evidence in self._rules.files.evidence(paths, self._text_of):
            self._candidates[key].files.append(evidence)

    def publications(self) -> None:
        """Note what the code base itself is: by its manifests, else by its own imports."""
        for package, path in sorted(self._own.items()):
            for key in self._rules.packages.exactly(package):
                purl = package_url(package)
                evidence = Evidence(EvidenceKind.OWN, f"publishes {purl}", path)
                candidate = self._candidates[key]
                candidate.own.append(evidence)
                candidate.own_package = candidate.own_package or purl
        named = any("/" not in path for path in self._own.values())
        for key, importers in self._own_uses.items():
            candidate = self._candidates[key]
            if not named and len(importers) >= _OWN_IMPORTERS:
                detail = f"{len(importers)} files import it as a part of the code base"
                candidate.own.append(Evidence(EvidenceKind.OWN, detail, min(importers)))

    def detections(self) -> dict[str, FrameworkDetection]:
        """What is sure enough, by key."""
        expected = {
            family for family, ecosystem in ECOSYSTEMS.items() if family in self._families
        } - {"ruby", "elixir"}  # their frameworks are loaded without an import
        found = {}
        for key, candidate in self._candidates.items():
            detection = candidate.detection(
                shows_use=expected, manifests=self._ecosystems, frozen=self._frozen
            )
            if detection.confidence >= confidence.THRESHOLD:
                found[key] = detection
        return found
