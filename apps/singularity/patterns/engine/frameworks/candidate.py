"""What speaks for one framework in one code base, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.frameworks import confidence
from apps.singularity.patterns.engine.frameworks.model import (
    DeclaredFact,
    Evidence,
    EvidenceKind,
    FrameworkDetection,
    Role,
    Rule,
)
from apps.singularity.patterns.engine.frameworks.modules import ECOSYSTEMS
from apps.singularity.patterns.engine.frameworks.packages import package_key
from apps.singularity.patterns.engine.frameworks.places import is_test
from apps.singularity.patterns.engine.frameworks.versions import exact_version, locked_version

SCOPES = ("runtime", "build", "dev", "test", "docs", "optional", "peer", "workspace", "indirect")
"""From the strongest to the weakest."""
_NAMED_IN_SETTINGS = ("database", "web")
"""Categories whose drivers and servers are used by name, without an import."""
_RUN = ("build", "documentation", "lint", "monorepo", "packaging", "test")
"""Categories of tools, which are run and need not be imported."""
_PIECES = 5


@dataclass(frozen=True, slots=True)
class _Use:
    path: str
    family: str
    imported: Import
    guarded: bool


@dataclass(slots=True)
class Candidate:
    """The evidence for one rule.

    ``locked`` are versions, direct or not, from lock files; ``own_package`` is the package URL
    under which the code base itself publishes it.
    """

    rule: Rule
    declared: list[DeclaredFact] = field(default_factory=list)
    locked: list[DeclaredFact] = field(default_factory=list)
    files: list[Evidence] = field(default_factory=list)
    own: list[Evidence] = field(default_factory=list)
    own_package: str = ""
    _uses: list[_Use] = field(default_factory=list)

    def imported(self, path: str, family: str, imported: Import, *, guarded: bool) -> None:
        """Note a file that imports it; ``guarded`` where it may do without."""
        self._uses.append(_Use(path, family, imported, guarded))

    @property
    def is_needed(self) -> bool:
        """Whether a file was noted that does not do without."""
        return any(not use.guarded for use in self._uses)

    def detection(
        self,
        *,
        shows_use: AbstractSet[str],
        manifests: AbstractSet[str],
        frozen: AbstractSet[str],
    ) -> FrameworkDetection:
        """What the evidence amounts to, however little.

        ``shows_use`` are the languages whose imports were read and show what is used,
        ``manifests`` the ecosystems in which the code base declares anything, ``frozen`` the
        manifests that pin all that was installed.
        """
        weights = list(self._weights(shows_use, manifests, frozen))
        fact = min(self.declared, key=_strength, default=None)
        purl, version = self._package(fact)
        return FrameworkDetection(
            key=self.rule.key,
            name=self.rule.name,
            category=self.rule.category,
            role=Role.SELF if self.own else Role.USES,
            purl=purl,
            version=version,
            requirement=fact.requirement if fact else "",
            scope=fact.scope if fact else self._scope_of_uses(),
            confidence=confidence.combined(weights),
            evidence=self._evidence(),
        )

    def _weights(
        self,
        shows_use: AbstractSet[str],
        manifests: AbstractSet[str],
        frozen: AbstractSet[str],
    ) -> Iterator[tuple[EvidenceKind, float]]:
        imported = self._uses or self.rule.category in _RUN
        unused = not imported and not shows_use.isdisjoint(self.rule.imports)
        for fact in self.declared:
            brought = fact.path in frozen and self.rule.category not in _NAMED_IN_SETTINGS
            yield (
                EvidenceKind.DECLARED,
                confidence.declared_weight(fact.scope, unused=unused, frozen=brought),
            )
        for use in self._uses:
            yield EvidenceKind.IMPORT, self._use_weight(use, manifests)
        if self.locked:
            yield EvidenceKind.LOCKED, confidence.LOCKED
        for piece in self.files:
            content = piece.kind == EvidenceKind.CONTENT
            yield piece.kind, confidence.CONTENT if content else confidence.FILE
        if self.own:
            named = bool(self.own_package)
            yield EvidenceKind.OWN, confidence.OWN if named else confidence.OWN_BY_IMPORTS

    def _use_weight(self, use: _Use, manifests: AbstractSet[str]) -> float:
        ecosystem = ECOSYSTEMS.get(use.family)
        comes_as_package = any(one.startswith(f"pkg:{ecosystem}/") for one in self.rule.packages)
        if self.declared or ecosystem not in manifests or not comes_as_package:
            return confidence.IMPORTED
        if use.guarded:
            return confidence.IMPORTED_MAYBE
        return confidence.IMPORTED_UNDECLARED

    def _scope_of_uses(self) -> str:
        if not self._uses or self.files:
            return ""
        return "test" if all(is_test(use.path) for use in self._uses) else "runtime"

    def _package(self, fact: DeclaredFact | None) -> tuple[str, str]:
        """The package URL with its version where known, and that version."""
        if self.own_package:
            return self.own_package, ""
        source = fact or min(self.locked, key=_strength, default=None)
        if source is None:
            return "", ""
        key = package_key(source.purl)
        locks = [one for one in self.locked if one.locked and package_key(one.purl) == key]
        version = locked_version(locks, fact) or exact_version(source.purl, source.requirement)
        bare = source.purl.partition("@")[0]
        return (f"{bare}@{version}" if version else bare), version

    def _evidence(self) -> tuple[Evidence, ...]:
        """The strongest pieces of each kind."""
        declared = [
            Evidence(EvidenceKind.DECLARED, _said(fact), fact.path, fact.line)
            for fact in sorted(self.declared, key=_strength)
        ]
        uses = sorted(self._uses, key=lambda use: (is_test(use.path), use.path, use.imported.line))
        imports = [
            Evidence(EvidenceKind.IMPORT, use.imported.module, use.path, use.imported.line)
            for use in {use.path: use for use in reversed(uses)}.values()
        ][::-1]
        locked = [
            Evidence(EvidenceKind.LOCKED, fact.purl, fact.path, fact.line)
            for fact in sorted(self.locked, key=_strength)
        ]
        groups = (self.own, declared, imports, locked, self.files)
        return tuple(piece for group in groups for piece in group[:_PIECES])


def _strength(fact: DeclaredFact) -> tuple[int, int, str, int, str]:
    scope = SCOPES.index(fact.scope) if fact.scope in SCOPES else len(SCOPES)
    return scope, fact.path.count("/"), fact.path, fact.line or 0, fact.purl


def _said(fact: DeclaredFact) -> str:
    return f"{fact.purl} {fact.requirement}".strip() + f" ({fact.scope})"
