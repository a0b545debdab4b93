"""What one file tells the miners: read from its tree once, kept, mined together with all others.

Everything here is a function of the file's path, text and language alone, so that a change of one
file costs the reading of one file; what depends on the others is decided by the miners.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FACTS_VERSION = 2
"""Stored with the facts of each file; files read by an older version are read again."""

Span = tuple[int, int]
"""Half-open byte range in the UTF-8 of the file's text."""


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module.

    ``module`` is in the language's own notation, without quotes: ``django.db.models``,
    ``..util`` (Python), ``./util`` or ``@scope/name/sub`` (JavaScript), ``net/http`` (Go),
    ``std::fs`` (Rust), ``java.util.List`` (Java), ``<stdio.h>`` or ``"util.h"`` (C, C++).
    ``names`` are the members taken from it; ``*`` stands for all, nothing for the module itself.
    ``deferred`` says that it stands inside a function, ``typing_only`` that only types need it.
    """

    module: str
    names: tuple[str, ...]
    line: int
    deferred: bool = False
    typing_only: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose target is known by its qualified name.

    ``sqlite3.connect`` for what an import leads to, ``open`` for what the language brings,
    ``sqlite3.connect().commit`` for a method of what such a call returned.

    ``managed`` says that what it returns is taken care of elsewhere: the language releases it at
    the end of a block (``with``, ``using``, try-with-resources), or it goes to another keeper,
    being returned, yielded, passed on as an argument or stored in an attribute. Nobody expects
    a ``close`` after such a call.
    """

    name: str
    line: int
    managed: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method with the known calls in it, in the order of the source.

    ``decorators`` are qualified where known, else as written. A nested function's calls are its
    own and not those of the function around it.
    """

    symbol: str
    start_line: int
    end_line: int
    start_byte: int
    end_byte: int
    parameters: int
    calls: tuple[Call, ...] = ()
    decorators: tuple[str, ...] = ()
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A class, struct, trait and so on; ``bases`` are qualified where known, else as written."""

    symbol: str
    kind: str
    start_line: int
    end_line: int
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A stored entity that code declares: a Django model, an SQL table.

    ``source`` is the kind of declaration (``django``, ``sqlalchemy``, ``ecto``, ``prisma``,
    ``sql``), ``relations`` the names of the entities that it refers to.
    """

    source: str
    name: str
    line: int
    fields: int
    relations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EncodedTree:
    """The anonymised syntax tree of a file, as arrays over its nodes in preorder.

    Each field of bytes is a little-endian array with one entry a node: ``label`` (uint32) indexes
    ``labels``; ``size`` (uint32) counts the nodes of the subtree, itself included; ``start`` and
    ``end`` (uint32) are its byte span; ``exact`` (uint32) is a hash of the subtree with all its
    texts, equal for equal code wherever it stands. ``newlines`` (uint32) has one entry a line end
    instead: its byte offset, from which the lines of a node follow.
    """

    labels: tuple[str, ...] = ()
    label: bytes = b""
    size: bytes = b""
    start: bytes = b""
    end: bytes = b""
    exact: bytes = b""
    newlines: bytes = b""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a function is compared by to find its clones; lines count from 1, both included.

    ``exact`` and ``renamed`` are hashes of its tokens as they stand and with names and literals
    replaced; ``sketch`` is its MinHash signature; ``tokens`` their number.
    """

    symbol: str
    start_line: int
    end_line: int
    tokens: int
    exact: bytes
    renamed: bytes
    sketch: bytes


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What names mean in one file.

    ``resolved`` maps the span of an expression that is a known name to that qualified name: the
    whole of ``np.linalg.norm`` under ``import numpy as np`` to ``numpy.linalg.norm``, a builtin
    that the file does not redefine to itself, and for a method of a known value just the span of
    the method's name (``commit`` to ``sqlite3.connect().commit``; ``append``, which the language
    itself brings, to ``.append``).
    """

    imports: tuple[Import, ...] = ()
    functions: tuple[Function, ...] = ()
    types: tuple[TypeDefinition, ...] = ()
    resolved: Mapping[Span, str] = field(default_factory=dict)
    entry_line: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """How often a file chose one of several ways, and up to three lines where it did."""

    count: int
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FileFacts:
    """All that the miners need of one file.

    ``entry_line`` is the line of a program's entry point (``main``). ``conventions`` say
    what is measured -> which choice -> how often, and where first.
    """

    language: str
    lines: int = 0
    has_syntax_errors: bool = False
    imports: tuple[Import, ...] = ()
    functions: tuple[Function, ...] = ()
    types: tuple[TypeDefinition, ...] = ()
    entities: tuple[Entity, ...] = ()
    fingerprints: tuple[Fingerprint, ...] = ()
    entry_line: int | None = None
    conventions: Mapping[str, Mapping[str, Choice]] = field(default_factory=dict)
    tree: EncodedTree = field(default_factory=EncodedTree)
