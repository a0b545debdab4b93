"""One file's text to its facts: parse once, and let every reader look at the one tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.singularity.ingestion.engine.languages import LANGUAGES, grammar_of
from apps.singularity.patterns.engine import conventions
from apps.singularity.patterns.engine.clones import fingerprints
from apps.singularity.patterns.engine.collector import collector_paused
from apps.singularity.patterns.engine.facts import FACTS_VERSION, FileFacts
from apps.singularity.patterns.engine.names import read_names, survey
from apps.singularity.patterns.engine.packing import facts_pack
from apps.singularity.patterns.engine.schemas import entities
from apps.singularity.patterns.engine.tree import encode

READ_VERSION = str(FACTS_VERSION)
LARGEST = 4_194_304
"""Bytes above which a file was not written by people: it is counted, and its tree is not read."""
_SCHEMA_SUFFIXES = (".prisma",)


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file's path, its language as ingestion tells it, and its scrubbed text."""

    path: str
    language: str
    text: str


def is_read(path: str, language: str) -> bool:
    """Whether a file can tell anything: it has a grammar, or declares a schema."""
    known = LANGUAGES.get(language)
    return (known is not None and known.grammar is not None) or path.endswith(_SCHEMA_SUFFIXES)


def texts_read(batch: Sequence[SourceText]) -> list[bytes]:
    """The packed facts of each file: what a worker process is asked to do."""
    with collector_paused():
        return [facts_pack(file_facts(one)) for one in batch]


def file_facts(file: SourceText) -> FileFacts:
    """The facts of one file.

    A text that no parser gets through has only its schema's, one above ``LARGEST`` none at all:
    reading takes about a hundred bytes for each byte of the source.
    """
    source = file.text.encode()
    path, language = file.path, file.language
    lines = file.text.count("\n") + (not file.text.endswith("\n"))
    if len(source) > LARGEST:
        return FileFacts(language, lines)
    grammar = grammar_of(language) if language in LANGUAGES else None
    tree = grammar.parse(source) if grammar else None
    if tree is None:
        declared = entities(None, source, language=language, path=path, imports=())
        return FileFacts(language, lines, has_syntax_errors=bool(grammar), entities=declared)
    root = tree.root_node
    found = survey(root, source, language=language)
    names = read_names(root, source, language=language, path=path, found=found)
    encoded = encode(root, source, language=language, resolved=names.resolved)
    return FileFacts(
        language=language,
        lines=lines,
        has_syntax_errors=root.has_error,
        imports=names.imports,
        functions=names.functions,
        types=names.types,
        entities=entities(root, source, language=language, path=path, imports=names.imports),
        fingerprints=fingerprints(encoded, names.functions),
        entry_line=names.entry_line,
        conventions=conventions.measure(found, source, language=language, path=path, names=names),
        tree=encoded,
    )
