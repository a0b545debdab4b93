"""What the description of a language's names is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import, Span
from apps.singularity.patterns.engine.names.pick import Picker

Resolved: TypeAlias = dict[Span, str]


@dataclass(frozen=True, slots=True)
class Imported:
    """An import and what it binds: local name -> qualified name.

    None stands for a name of the code base itself, which hides what it was called before.
    """

    fact: Import
    binds: tuple[tuple[bytes, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Assigned:
    """Where a value goes: ``target`` is one name. ``suffix`` is ``[]`` for an element of it."""

    target: Node
    value: Node
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """What tells whether a function is a test."""

    symbol: str
    path: str
    decorators: tuple[str, ...]
    in_test_file: bool


ImportReader: TypeAlias = Callable[[Node, bytes], Iterable[Imported]]
AssignmentReader: TypeAlias = Callable[[Node], Assigned | None]


def _never(_site: Site) -> bool:
    return False


def _no_test_file(_path: str) -> bool:
    return False


def _no_entry(_source: bytes) -> int | None:
    return None


def _no_assignment(_node: Node) -> Assigned | None:
    return None


@dataclass(frozen=True, slots=True)
class NameTable:
    """How names work in one language, by the node types of its grammar.

    What stands where:

    - ``names`` are identifiers, wherever they stand; ``leaves`` are nodes not to look into;
    - ``calls`` picks the arguments of a call: what ends where they start is called;
    - ``generics`` are type arguments between a callee and its arguments;
    - ``definitions`` have roles in ingestion's table of the language, ``defines`` picks their
      names, which are bound in the scope around them; ``scopes`` have no name, as lambdas;
    - ``binds`` picks names that are bound in the scope around them, ``rebinds`` those that begin
      a variable of their own each time (``with`` ... ``as x``);
    - ``skips`` picks names that refer to nothing: those of keyword arguments, keys;
    - ``imports`` are read by ``read_import``;
    - ``assignments`` end with their value and ``aliases`` do not: both ``read_assignment`` reads;
    - ``decorators`` are decorators, attributes, annotations; ``inner_decorators`` says that they
      stand inside their definition.

    ``member`` matches what leads from a value to its member; its groups are the operator and the
    member's name. ``path`` is the operator between the parts of a qualified name. ``flat`` says
    that the receiver and the name of a call have no node in common, so that both keep their own
    span, and ``bare_calls`` that a member without arguments is called, too. ``receiver`` is the
    object itself inside its methods; ``type_scope`` says that methods see the names of their type.

    ``bases`` are the fields of a type definition that hold its bases, ``no_bases`` the node types
    in them that are none, ``parameters`` the field of a function that holds its parameters.
    ``wrappers`` are the node types around the name of a decorator or a base.
    """

    member: re.Pattern[bytes]
    read_import: ImportReader
    names: frozenset[str] = frozenset({"identifier"})
    leaves: frozenset[str] = frozenset({"comment"})
    calls: Mapping[str, Picker] = field(default_factory=dict)
    generics: frozenset[str] = frozenset()
    definitions: frozenset[str] = frozenset()
    defines: Mapping[str, Picker] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    binds: Mapping[str, Picker] = field(default_factory=dict)
    rebinds: Mapping[str, Picker] = field(default_factory=dict)
    skips: Mapping[str, Picker] = field(default_factory=dict)
    imports: frozenset[str] = frozenset()
    assignments: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()
    decorators: frozenset[str] = frozenset()
    inner_decorators: bool = False
    read_assignment: AssignmentReader = _no_assignment
    is_test: Callable[[Site], bool] = _never
    is_test_file: Callable[[str], bool] = _no_test_file
    entry: Callable[[bytes], int | None] = _no_entry
    path: str = "."
    flat: bool = False
    bare_calls: bool = False
    receiver: bytes = b""
    type_scope: bool = True
    bases: tuple[str, ...] = ()
    no_bases: frozenset[str] = frozenset()
    parameters: str = "parameters"
    wrappers: frozenset[str] = frozenset()

    def kinds(self) -> frozenset[str]:
        """The node types that are looked at, but for ``names`` and ``leaves``."""
        picked = (self.calls, self.defines, self.binds, self.rebinds, self.skips)
        return frozenset(self.generics | self.definitions | self.scopes | self.imports).union(
            self.assignments, self.aliases, self.decorators, *picked
        )
