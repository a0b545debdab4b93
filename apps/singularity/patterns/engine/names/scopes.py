"""Which scope a name stands in, and what is bound there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages import TYPE_KINDS, Definition, Kind, Role
from apps.singularity.patterns.engine.names.found import Survey
from apps.singularity.patterns.engine.names.model import NameTable
from apps.singularity.patterns.engine.names.pick import Picker, head

_TYPES = frozenset(kind.value for kind in (*TYPE_KINDS, Kind.TYPE))
_FUNCTIONS = frozenset(kind.value for kind in (Kind.FUNCTION, Kind.METHOD, Kind.MACRO))
_IMPORTED = re.compile(  # the import itself, or what stands for it where it is missing
    rb"\s*=\s*(?:None|null|undefined|nil)\b|[^=;]*=\s*require\b"
)
_GOES_ON = frozenset({b".", b"[", b"(", b"?", b"-", b"\\"})  # to a member or an element
_SYMBOL_LIMIT = 500  # characters, as in chunks: a deep nest would grow with the square of its depth


@dataclass(slots=True, eq=False)
class Scope:
    """A stretch of source in which names are bound.

    ``names`` holds what a bound name means: a qualified name, or None for what is known to this
    code base alone. ``values`` holds what names stand for that were bound once, to the result of
    a known expression, ``again`` those that were bound more than once. A type's names that start
    with its receiver and a dot (``self.connection``) are attributes of its objects.
    ``owner`` is the function, or the file, that calls in here belong to. ``managed`` are where its
    calls stand whose result somebody else looks after, ``given_away`` the calls whose result it
    hands on later. ``is_hidden`` says that
    the functions within do not see its names.
    """

    start: int
    end: int
    parent: Scope | None = None
    node: Node | None = None
    kind: str = ""
    symbol: str = ""
    is_hidden: bool = False
    names: dict[bytes, str | None] = field(default_factory=dict)
    values: dict[bytes, str] = field(default_factory=dict)
    again: set[bytes] = field(default_factory=set)
    calls: list[tuple[int, str]] = field(default_factory=list)
    managed: set[int] = field(default_factory=set)
    given_away: set[str] = field(default_factory=set)
    owner: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.owner = self if self.parent is None or self.is_function else self.parent.owner

    @property
    def is_function(self) -> bool:
        """Whether it is a function, a method or a macro with a name."""
        return self.kind in _FUNCTIONS

    @property
    def is_type(self) -> bool:
        """Whether it is the body of a type."""
        return self.kind in _TYPES

    def bind(self, name: bytes, meaning: str | None) -> None:
        """Bind a name; two meanings that differ leave it without one."""
        names = self.names
        if names.setdefault(name, meaning) != meaning:
            names[name] = None


def scopes_of(
    source: bytes, found: Survey, table: NameTable, roles: dict[int, Role]
) -> list[Scope]:
    """All scopes in source order; the first is the file's."""
    top = around = Scope(0, len(source), kind=Kind.MODULE.value)
    scopes = [top]
    for node in found.of(table.definitions | table.scopes):
        definition = _definition(node, source, roles)
        if definition is None and node.type not in table.scopes:
            continue
        start = node.start_byte
        while around.end <= start and around.parent is not None:
            around = around.parent
        around = _scope(node, source, definition, around)
        around.is_hidden = around.is_type and not table.type_scope
        scopes.append(around)
    return scopes


def _definition(node: Node, source: bytes, roles: dict[int, Role]) -> Definition | None:
    role: Any = roles.get(node.kind_id)
    if callable(role):
        role = role(node, source)
    return role if isinstance(role, Definition) else None


def _scope(node: Node, source: bytes, definition: Definition | None, around: Scope) -> Scope:
    name = definition.name(node, source) if definition else ""
    start, end = node.start_byte, node.end_byte
    if definition is None or not name:
        return Scope(start, end, around, node, symbol=around.symbol)
    symbol = f"{around.symbol}.{name}"[-_SYMBOL_LIMIT:] if around.symbol else name
    return Scope(start, end, around, node, definition.label, symbol)


class ScopeFinder:
    """Finds the innermost scope of positions that are asked for in ascending order."""

    __slots__ = ("_index", "_scopes", "current", "until")

    def __init__(self, scopes: list[Scope]) -> None:
        self._scopes = scopes
        self._index = 1
        self.current = scopes[0]
        self.until = scopes[1].start if len(scopes) > 1 else scopes[0].end
        """The current scope holds for positions before this one."""

    def at(self, position: int) -> Scope:
        """The innermost scope that holds the position."""
        if position < self.until:
            return self.current
        scopes, index, current = self._scopes, self._index, self.current
        while index < len(scopes) and scopes[index].start <= position:
            current = scopes[index]
            index += 1
        while current.end <= position and current.parent is not None:
            current = current.parent
        following = scopes[index].start if index < len(scopes) else scopes[0].end + 1
        self.until = min(following, current.end if current.parent else following)
        self._index, self.current = index, current
        return current


def bind(
    found: Survey,
    pickers: Mapping[str, Picker],
    source: bytes,
    scopes: list[Scope],
    *,
    outside: bool = False,
    counted: bool = True,
) -> set[int]:
    """Bind the picked names in their scopes without a meaning; returns where they start.

    ``outside`` binds them in the scope around, as the name of a definition is, and so is one that
    a definition begins with (`f = function ...`); ``counted`` says that a second one is the same
    variable.
    """
    finder, starts, names = ScopeFinder(scopes), picked(found, pickers, source), found.names
    for start in sorted(starts):
        name = names[start]
        scope = finder.current if start < finder.until else finder.at(start)
        if scope.parent is not None and (outside or (scope.start == start and scope.kind)):
            scope = scope.parent
        bound = scope.names
        if name not in bound:
            bound[name] = None
        elif bound[name] is not None:
            if not _IMPORTED.match(source, start + len(name)):
                bound[name] = None
        elif counted:
            scope.again.add(name)
    return starts


def picked(found: Survey, pickers: Mapping[str, Picker], source: bytes) -> set[int]:
    """Where the names start that the pickers choose; what is no name does not count."""
    names = found.names
    starts: set[int] = set()
    for kind, pick in pickers.items():
        nodes = found.nodes[kind]
        if pick is head:
            starts.update(_heads(nodes, names, source))
            continue
        for node in nodes:
            for child in pick(node):
                start = child.start_byte
                if start in names and child.end_byte == start + len(names[start]):
                    starts.add(start)
    return starts


def _heads(nodes: list[Node], names: dict[int, bytes], source: bytes) -> Iterator[int]:
    """Where nodes begin with a name that goes on as nothing else."""
    for node in nodes:
        start = node.start_byte
        name = names.get(start)
        if name is not None and source[start + len(name) : start + len(name) + 1] not in _GOES_ON:
            yield start
