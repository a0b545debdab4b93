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

    - ``names`` are identifiers, ``members`` those that can only be members; ``leaves`` are nodes
      not to look into, and so are ``strings`` that begin with a quote: nothing is put into them;
    - ``arguments`` are those of a call: the name that ends where they start is called;
    - ``generics`` are type arguments between a callee and its arguments;
    - ``definitions`` have roles in ingestion's table of the language, ``defines`` picks their
      names, which are bound in the scope around them; ``scopes`` have no name, as lambdas;
    - ``binds`` picks names that are bound in the scope around them, ``rebinds`` those that begin
      a variable of their own each time (``with`` ... ``as x``);
    - ``skips`` picks names that refer to nothing: those of keyword arguments, keys;
    - ``imports`` are read by ``read_import``, and so are nodes of the types in ``hints`` that
      hold its word (``require(``);
    - ``assignments`` end with their value and ``aliases`` do not: both ``read_assignment`` reads;
    - ``decorators`` are decorators, attributes, annotations; ``inner_decorators`` says that they
      stand inside their definition.

    ``member`` matches what leads from a value to its member; its groups are the operator and the
    member's name; ``leads`` are the last bytes of such operators. ``path`` is the operator between
    the parts of a qualified name. ``free`` matches names that need no import. Calls of
    ``transparent`` methods give what they are called on (``unwrap``).

    ``flat`` says that the receiver and the name of a call have no node in common, so that both
    keep their own span, and ``bare_calls`` that a member without arguments is called, too.
    ``receiver`` is the object itself inside its methods; ``type_scope`` says that methods see the
    names of their type.

    ``bases`` picks those of a type definition, ``parameters`` is the field of a function that
    holds its parameters. ``wrappers`` are the node types around the name of a decorator or a base.
    ``measured`` are node types that conventions are counted on.
    """

    member: re.Pattern[bytes]
    read_import: ImportReader
    names: frozenset[str] = frozenset({"identifier"})
    members: frozenset[str] = frozenset()
    leads: bytes = b"."
    free: re.Pattern[bytes] | None = None
    transparent: frozenset[str] = frozenset()
    leaves: frozenset[str] = frozenset({"comment"})
    strings: frozenset[str] = frozenset()
    arguments: frozenset[str] = frozenset()
    generics: frozenset[str] = frozenset()
    definitions: frozenset[str] = frozenset()
    defines: Mapping[str, Picker] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    binds: Mapping[str, Picker] = field(default_factory=dict)
    rebinds: Mapping[str, Picker] = field(default_factory=dict)
    skips: Mapping[str, Picker] = field(default_factory=dict)
    imports: frozenset[str] = frozenset()
    hints: Mapping[str, bytes] = field(default_factory=dict)
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
    bases: Picker | None = None
    parameters: str = "parameters"
    wrappers: frozenset[str] = frozenset()
    measured: frozenset[str] = frozenset()

    def groups(self) -> list[frozenset[str]]:
        """The node types that are kept, apart from names: those of a group in one list."""
        together = [
            self.definitions | self.scopes,
            self.arguments,
            self.generics,
            self.imports,
            self.decorators,
        ]
        alone = self.assignments.union(self.aliases, self.defines, self.binds, self.rebinds)
        alone = alone.union(self.skips, self.hints, self.measured, self.strings).difference(
            *together
        )
        return [*filter(None, together), *(frozenset({kind}) for kind in sorted(alone))]
