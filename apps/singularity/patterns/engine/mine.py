"""All miners over one code base: facts of its files in, what it is made of out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.singularity.patterns.engine import architecture
from apps.singularity.patterns.engine.architecture import ModuleGraph
from apps.singularity.patterns.engine.clones import CloneMiner
from apps.singularity.patterns.engine.collector import collector_paused
from apps.singularity.patterns.engine.conventions import ConventionMiner
from apps.singularity.patterns.engine.definitions import Definitions
from apps.singularity.patterns.engine.facts import Entity, FileFacts
from apps.singularity.patterns.engine.frameworks import (
    DeclaredFact,
    FileImports,
    FrameworkDetection,
    detect_frameworks,
)
from apps.singularity.patterns.engine.frameworks.own import TextOf
from apps.singularity.patterns.engine.idioms import IdiomMiner
from apps.singularity.patterns.engine.mined import Finding, Mined, MinedPattern, Miner
from apps.singularity.patterns.engine.names.libraries import libraries_of
from apps.singularity.patterns.engine.schemas import SchemaSummary, summarise_entities
from apps.singularity.patterns.engine.usage import UsageMiner

MINING_VERSION = 3
"""Mining of the same facts by another version starts over."""
_NO_MODULES = frozenset({"html", "css", "sql", "proto"})
_LABEL_BYTES = 4  # of a node, see EncodedTree


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a code base besides its files' facts.

    ``paths`` are all of its paths, ``text_of`` gives the beginning of a file's text.
    """

    name: str
    paths: Sequence[str]
    declared: Sequence[DeclaredFact]
    text_of: TextOf


@dataclass(frozen=True, slots=True)
class Learned:
    """What a code base is made of; patterns of a kind come best first."""

    patterns: tuple[MinedPattern, ...]
    findings: tuple[Finding, ...]
    graph: ModuleGraph
    architecture: tuple[architecture.Detection, ...]
    frameworks: tuple[FrameworkDetection, ...]
    schemas: tuple[SchemaSummary, ...]
    files: int
    nodes: int


def mine(
    files: Iterable[tuple[str, FileFacts]],
    *,
    surroundings: Surroundings,
    definitions: Definitions,
) -> Learned:
    """Mine the facts of all files, given by path and in the order of paths.

    The result depends on the arguments alone: not on what was mined before.
    """
    libraries = libraries_of(
        declared=[fact.purl for fact in surroundings.declared], paths=surroundings.paths
    )
    miners: list[Miner] = [
        IdiomMiner(libraries), UsageMiner(libraries), ConventionMiner(), CloneMiner()
    ]  # fmt: skip
    survey = _Survey()
    with collector_paused():
        for path, facts in files:
            for miner in miners:
                miner.add(path, facts)
            survey.add(path, facts)
            libraries.add_own(_last_name(one.symbol) for one in facts.functions)
        mined = [miner.mine() for miner in miners]
        return survey.learned(mined, surroundings, definitions)


class _Survey:
    """What is told by files together and needs no miner of its own."""

    def __init__(self) -> None:
        self._sources: list[architecture.SourceFile] = []
        self._entities: dict[str, Sequence[Entity]] = {}
        self._files = self._nodes = 0

    def add(self, path: str, facts: FileFacts) -> None:
        """Take in one file."""
        self._files += 1
        if facts.language not in _NO_MODULES:
            self._sources.append(architecture.source_file(path, facts))
        self._nodes += len(facts.tree.label) // _LABEL_BYTES
        if facts.entities:
            self._entities[path] = facts.entities

    def learned(
        self, mined: Sequence[Mined], surroundings: Surroundings, definitions: Definitions
    ) -> Learned:
        """All together, with what the miners have found."""
        frameworks = self._frameworks(surroundings, definitions)
        packages = _packages(surroundings)
        graph = architecture.module_graph(self._sources, packages)
        evidence = architecture.Evidence(
            self._sources,
            graph,
            packages=packages,
            frameworks={one.key: one.category for one in frameworks},
            paths=surroundings.paths,
        )
        return Learned(
            patterns=tuple(pattern for one in mined for pattern in one.patterns),
            findings=tuple(finding for one in mined for finding in one.findings),
            graph=graph,
            architecture=architecture.detect(definitions.patterns, evidence),
            frameworks=frameworks,
            schemas=summarise_entities(self._entities),
            files=self._files,
            nodes=self._nodes,
        )

    def _frameworks(
        self, surroundings: Surroundings, definitions: Definitions
    ) -> tuple[FrameworkDetection, ...]:
        return detect_frameworks(
            rules=definitions.rules,
            declared=surroundings.declared,
            imports=[FileImports(one.path, one.language, one.imports) for one in self._sources],
            paths=surroundings.paths,
            text_of=surroundings.text_of,
            name=surroundings.name,
        )


def _packages(surroundings: Surroundings) -> list[architecture.Package]:
    """What the manifests of a code base say about their folders."""
    manifests = [path for path in surroundings.paths if architecture.is_package_file(path)]
    read = (architecture.read_package(path, surroundings.text_of(path) or "") for path in manifests)
    return [package for package in read if package is not None]


def _last_name(symbol: str) -> str:
    """``Order.total_price`` -> ``total_price``; of Elixir and Erlang without the arity."""
    return symbol.rpartition(".")[2].partition("/")[0]
