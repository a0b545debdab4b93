"""What the description of a language's names is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import, Span
from apps.singularity.patterns.engine.names.found import Survey
from apps.singularity.patterns.engine.names.pick import Picker

Resolved: TypeAlias = dict[Span, str]


class Imported(NamedTuple):
    """An import and what it binds: local name -> qualified name.

    None stands for a name of the code base itself, which hides what it was called before.
    """

    fact: Import
    binds: tuple[tuple[bytes, str | None], ...] = ()


class Assigned(NamedTuple):
    """Where a value goes: ``target`` is one name. ``suffix`` is ``[]`` for an element of it."""

    target: Node
    value: Node
    suffix: str = ""


class Site(NamedTuple):
    """What tells whether a function is a test."""

    symbol: str
    path: str
    decorators: tuple[str, ...]
    in_test_file: bool


ImportReader: TypeAlias = Callable[[Node, bytes], Iterable[Imported]]
TypingFinder: TypeAlias = Callable[[Survey, bytes], Sequence[Span]]
ImportScanner: TypeAlias = Callable[[bytes], Iterable[Imported]]
AssignmentReader: TypeAlias = Callable[[Node], Assigned | None]


def _never(_site: Site) -> bool:
    return False


def _no_test_file(_path: str) -> bool:
    return False


def _no_entry(_source: bytes) -> int | None:
    return None


def _no_imports(_node: Node, _source: bytes) -> Iterable[Imported]:
    return ()


def _parameters(node: Node) -> int:
    """The number of parameters where a field holds them all."""
    holder = node.child_by_field_name("parameters")
    return holder.named_child_count if holder is not None else 0


def _no_scan(_source: bytes) -> Iterable[Imported]:
    return ()


def _nowhere(_found: Survey, _source: bytes) -> Sequence[Span]:
    return ()


def _no_assignment(_node: Node) -> Assigned | None:
    return None


@dataclass(frozen=True, slots=True)
class NameTable:
    """How names work in one language, by the node types of its grammar.

    What stands where:

    - ``names`` are identifiers, ``members`` those that can only be members; ``leaves`` are nodes
      not to look into, and so are ``strings`` that begin with a quote: nothing is put into them;
    - ``arguments`` are those of a call: the name that ends where they start is called;
    - ``calls`` picks what is called where the arguments have no node of their own;
    - ``generics`` are type arguments between a callee and its arguments, ``inner_generics`` says
      that they belong to the last name of a path and not to the whole of it;
    - ``definitions`` have roles in ingestion's table of the language, ``defines`` picks their
      names, which are bound in the scope around them; ``scopes`` have no name, as lambdas;
    - ``binds`` picks names that are bound in the scope around them, ``rebinds`` those that begin
      a variable of their own each time (``with`` ... ``as x``);
    - ``skips`` picks names that refer to nothing: those of keyword arguments, keys;
    - ``imports`` are read by ``read_import``, and so are nodes of the types in ``hints`` that
      hold its word (``require(``); ``scan_imports`` finds those that are calls as any other,
      and ``typing_only`` where they are for types alone;
    - ``assignments`` end with their value and ``aliases`` do not: both ``read_assignment`` reads;
    - ``decorators`` are decorators, attributes, annotations; ``inner_decorators`` says that they
      stand inside their definition.

    ``member`` matches what leads from a value to its member; its groups are the operator and the
    member's name; ``leads`` are the last bytes of such operators. ``path`` is the operator between
    the parts of a qualified name. ``free`` matches names that need no import. Calls of
    ``transparent`` methods give what they are called on (``unwrap``).

    ``flat`` says that the receiver and the name of a call have no node in common, so that both
    keep their own span, and ``only_called`` that builtins are known where they are called.
    ``receiver`` is the object itself inside its methods; ``type_scope`` says that methods see the
    names of their type.

    ``bases`` picks those of a type definition, ``parameters`` counts those of a function.
    ``wrappers`` are the node types around the name of a decorator or a base.
    ``measured`` are node types that conventions are counted on.
    """

    member: re.Pattern[bytes]
    read_import: ImportReader = _no_imports
    names: frozenset[str] = frozenset({"identifier"})
    members: frozenset[str] = frozenset()
    leads: bytes = b"."
    free: re.Pattern[bytes] | None = None
    transparent: frozenset[str] = frozenset()
    leaves: frozenset[str] = frozenset({"comment"})
    strings: frozenset[str] = frozenset()
    arguments: frozenset[str] = frozenset()
    calls: Mapping[str, Picker] = field(default_factory=dict)
    generics: frozenset[str] = frozenset()
    inner_generics: bool = False
    definitions: frozenset[str] = frozenset()
    defines: Mapping[str, Picker] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    binds: Mapping[str, Picker] = field(default_factory=dict)
    rebinds: Mapping[str, Picker] = field(default_factory=dict)
    skips: Mapping[str, Picker] = field(default_factory=dict)
    imports: frozenset[str] = frozenset()
    hints: Mapping[str, bytes] = field(default_factory=dict)
    scan_imports: ImportScanner = _no_scan
    typing_only: TypingFinder = _nowhere
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
    only_called: bool = False
    receiver: bytes = b""
    type_scope: bool = True
    bases: Picker | None = None
    parameters: Callable[[Node], int] = _parameters
    wrappers: frozenset[str] = frozenset()
    measured: frozenset[str] = frozenset()

    def kinds(self) -> frozenset[str]:
        """The node types that are kept, apart from names."""
        read = self.imports.union(self.assignments, self.aliases, self.decorators, self.hints)
        placed = self.definitions.union(self.scopes, self.arguments, self.generics, self.calls)
        picked = frozenset(self.defines).union(self.binds, self.rebinds, self.skips)
        return read.union(placed, picked, self.measured, self.strings)
