"""Fingerprints of source text, and a miner that took them in."""

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.clones import CloneMiner, fingerprints
from apps.singularity.patterns.engine.facts import EncodedTree, FileFacts, Fingerprint, Function
from apps.singularity.patterns.engine.mined import MinedPattern
from apps.singularity.patterns.engine.names import read_names
from apps.singularity.patterns.engine.tree import encode


def encoded(text: str, language: str = "python") -> tuple[EncodedTree, tuple[Function, ...]]:
    """The tree of a text and the functions in it."""
    source = text.encode()
    grammar = grammar_of(language)
    assert grammar
    tree = grammar.parse(source)
    assert tree
    names = read_names(tree.root_node, source, language=language, path="a")
    return encode(tree.root_node, source, language=language, resolved=names.resolved), (
        names.functions
    )


def prints(text: str, language: str = "python") -> dict[str, Fingerprint]:
    """The fingerprints of a text's functions by symbol."""
    return {one.symbol: one for one in fingerprints(*encoded(text, language))}


def clones(files: dict[str, str], language: str = "python") -> tuple[MinedPattern, ...]:
    """The clones among the functions of these texts, by path."""
    miner = CloneMiner()
    for path, text in sorted(files.items()):
        found = fingerprints(*encoded(text, language))
        miner.add(path, FileFacts(language, fingerprints=found))
    return miner.mine().patterns
