"""A small code base, mined, to review changes of."""

from collections.abc import Mapping

from apps.singularity.ingestion.engine.languages import language_of
from apps.singularity.patterns.engine.architecture import module_graph, source_file
from apps.singularity.patterns.engine.architecture.model import DependencyKind
from apps.singularity.patterns.engine.clones import Member
from apps.singularity.patterns.engine.conventions import ConventionMiner
from apps.singularity.patterns.engine.extract import SourceText, file_facts
from apps.singularity.patterns.engine.mined import Miner
from apps.singularity.patterns.engine.review import Learned, ReviewedFile
from apps.singularity.patterns.engine.usage import UsageMiner
from tests.common.factories.usage import Everything


def learned(files: Mapping[str, str]) -> Learned:
    """What is known of a code base of these texts by path."""
    miners: list[Miner] = [UsageMiner(Everything()), ConventionMiner()]
    facts = {p: file_facts(SourceText(p, language_of(p), t)) for p, t in sorted(files.items())}
    for path, one in facts.items():
        for miner in miners:
            miner.add(path, one)
    mined = [miner.mine() for miner in miners]
    sources = [source_file(path, one) for path, one in facts.items()]
    graph = module_graph(sources)
    return Learned(
        patterns=[pattern for part in mined for pattern in part.patterns],
        findings=[finding for part in mined for finding in part.findings],
        functions=[Member(p, one) for p, fact in facts.items() for one in fact.fingerprints],
        files=sources,
        edges=frozenset(
            (d.source, d.target) for d in graph.dependencies if d.kind is DependencyKind.RUNTIME
        ),
    )


def new(path: str, text: str) -> ReviewedFile:
    """A file that is new as a whole."""
    return ReviewedFile(path, text, language_of(path))
