"""What names mean in one file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.facts import Import, NameFacts
from apps.singularity.patterns.engine.names.definitions import Definitions
from apps.singularity.patterns.engine.names.found import Survey
from apps.singularity.patterns.engine.names.model import Imported, NameTable
from apps.singularity.patterns.engine.names.resolve import Resolver
from apps.singularity.patterns.engine.names.scopes import (
    Scope,
    ScopeFinder,
    bind,
    picked,
    scopes_of,
)
from apps.singularity.patterns.engine.names.survey import survey
from apps.singularity.patterns.engine.names.tables import table_of
from apps.singularity.patterns.engine.names.vocabulary import Vocabulary, vocabulary_of

_START = attrgetter("start_byte")


def read_names(
    root: Node, source: bytes, *, language: str, path: str, found: Survey | None = None
) -> NameFacts:
    """The imports, definitions, calls and known names of a file.

    ``root`` is the tree of ``source``, ``path`` the file's place in its code base, ``found`` the
    survey of the tree where it is at hand. A language without a table (markup, SQL) has no names.
    """
    table, grammar = table_of(language), grammar_of(language)
    if table is None or grammar is None:
        return NameFacts()
    found = survey(root, source, language=language) if found is None else found
    scopes = scopes_of(source, found, table, grammar.roles)
    imports = tuple(_imports(found, source, table, scopes, vocabulary_of(language)))
    skip, rebound = _bind(found, source, table, scopes)
    resolver = Resolver(source, found, table, vocabulary_of(language), scopes)
    resolver.run(skip, rebound)
    definitions = Definitions(source, path, table, resolver.resolved)
    decorators = found.of(table.decorators)
    return NameFacts(
        imports,
        tuple(definitions.functions(scopes, decorators)),
        tuple(definitions.types(scopes, decorators)),
        resolver.resolved,
        table.entry(source),
    )


def _imports(
    found: Survey, source: bytes, table: NameTable, scopes: list[Scope], vocabulary: Vocabulary
) -> Iterator[Import]:
    """The imports, bound in the scopes that they stand in."""
    finder, typing = ScopeFinder(scopes), table.typing_only(found, source)
    for node in _import_nodes(found, source, table):
        start = node.start_byte
        scope = finder.at(start)
        for_types = any(since <= start < until for since, until in typing)
        for imported in table.read_import(node, source):
            _bind_import(imported, scope, vocabulary)
            fact = imported.fact
            if for_types or scope.owner.is_function:
                only = fact.typing_only or for_types
                fact = replace(fact, deferred=scope.owner.is_function, typing_only=only)
            yield fact
    for imported in table.scan_imports(source):
        _bind_import(imported, scopes[0], vocabulary)
        yield imported.fact


def _bind_import(imported: Imported, scope: Scope, vocabulary: Vocabulary) -> None:
    for name, meaning in imported.binds:
        scope.bind(name, meaning)
    if "*" in imported.fact.names:
        for name, meaning in vocabulary.exports.get(imported.fact.module, ()):
            scope.names.setdefault(name, meaning)


def _import_nodes(found: Survey, source: bytes, table: NameTable) -> list[Node]:
    nodes = list(found.of(table.imports))
    for kind, word in table.hints.items():
        hinted = found.nodes[kind] if word in source else ()
        nodes += [n for n in hinted if source.find(word, n.start_byte, n.end_byte) >= 0]
    return sorted(nodes, key=_START) if table.hints else nodes


def _bind(
    found: Survey, source: bytes, table: NameTable, scopes: list[Scope]
) -> tuple[set[int], set[int]]:
    """Bind what the file names itself.

    Returns where identifiers start that are no references, and those of them that begin a new
    variable.
    """
    skip = picked(found, table.skips, source)
    skip |= bind(found, table.binds, source, scopes)
    skip |= bind(found, table.defines, source, scopes, outside=True)
    rebound = bind(found, table.rebinds, source, scopes, counted=False)
    return skip | rebound, rebound
