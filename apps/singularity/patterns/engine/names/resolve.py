"""From identifiers to qualified names, in one pass over the identifiers in source order.

A known name is followed forward: over its members, and over calls to what they return. What a
variable was assigned is known before it is used, as the source is read from its start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from tree_sitter import Node

from apps.singularity.patterns.engine.names.found import Survey
from apps.singularity.patterns.engine.names.keepers import is_given_away, is_kept_elsewhere
from apps.singularity.patterns.engine.names.model import (
    Assigned,
    NameTable,
    Resolved,
)
from apps.singularity.patterns.engine.names.scopes import Scope, ScopeFinder
from apps.singularity.patterns.engine.names.vocabulary import Vocabulary

_DOT = 0x2E
_BLANKS = b" \t\n\r!:"  # `!` and `:` belong to the call in Rust
_BEFORE = frozenset({b"", b"new", b"await", b"&", b"*", b"&mut", b"try", b"[]"})
_NAME_LIMIT = 200  # characters: a builder's chain of calls may be endless


class Resolver:
    """Resolves the identifiers of one file: ``resolved``, and the calls of its scopes."""

    def __init__(
        self,
        source: bytes,
        found: Survey,
        table: NameTable,
        vocabulary: Vocabulary,
        scopes: list[Scope],
    ) -> None:
        self.resolved: Resolved = {}
        self._source = source
        self._table = table
        self._member = table.member.match
        self._vocabulary = vocabulary
        self._scopes = scopes
        self._names = found.names
        self._arguments = _ends(found, table.arguments, source)
        for kind, pick in table.calls.items():
            for node in found.nodes[kind]:
                for callee in pick(node):
                    self._arguments.setdefault(callee.end_byte, node.end_byte)
        self._generics = _ends(found, table.generics, source)
        self._assignments: dict[int, list[Node]] = {}
        for kind in table.assignments:
            for node in found.nodes[kind]:
                self._assignments.setdefault(node.end_byte, []).append(node)
        self._aliases: dict[int, list[Assigned]] = {}
        for kind in table.aliases:
            for assigned in filter(None, map(table.read_assignment, found.nodes[kind])):
                self._aliases.setdefault(assigned.value.end_byte, []).append(assigned)
        self._known = set(vocabulary.known)
        for scope in scopes:
            self._known.update(name for name, meaning in scope.names.items() if meaning)
        if table.receiver and table.type_scope:
            self._known.add(table.receiver)
        self._fresh: set[int] = set()  # targets whose value was known before they are reached
        self._spanned = 0  # the end of the last expression that is one span

    def run(self, skip: set[int], rebound: set[int]) -> None:
        """Resolve all identifiers but those that start at one of the bytes of ``skip``."""
        source, known, free = self._source, self._known, self._table.free
        leads, finder = self._table.leads, ScopeFinder(self._scopes)
        for start, name in self._names.items():
            if name not in known and (free is None or not free.match(source, start)):
                continue
            end = start + len(name)
            if start in skip:
                if start in rebound and start not in self._fresh:
                    finder.at(start).values.pop(name, None)
            elif name[0] == _DOT:
                self._method(name[1:], start, end - 1)
            elif start and source[start - 1] in leads and source[start - 2] != _DOT:
                self._method(name, start, end)
            else:
                scope = finder.current if start < finder.until else finder.at(start)
                self._reference(name, start, end, scope)

    def _method(self, name: bytes, start: int, end: int) -> None:
        """A member of an unknown value: known when the language's own types have it."""
        method = self._vocabulary.methods.get(name)
        is_member = self._source[start - 1] in self._table.leads
        if method and is_member and start >= self._spanned and (start, end) not in self.resolved:
            self.resolved[start, end] = method

    def _reference(self, name: bytes, start: int, end: int, scope: Scope) -> None:
        """Look a name up in the scopes around it, then among what the language brings."""
        around: Scope | None = _type_around(scope) if name[:1] == b"@" else scope
        while around is not None:
            if name in around.values:
                self._give_away(around, name, start, end)
                return self._chain(around.values[name], start, start, end, scope)
            if name in around.names and (around is scope or not around.is_hidden):
                meaning = around.names[name]
                if meaning is not None:
                    self._follow(meaning, start, end, scope)
                elif name == self._table.receiver:
                    self._attribute(start, end, scope)
                return None
            around = around.parent
        if name in self._vocabulary.builtins:
            if end in self._arguments or not self._table.only_called:
                self._follow(self._vocabulary.builtins[name], start, end, scope)
        elif name == self._table.receiver:
            self._attribute(start, end, scope)
        elif self._table.free is not None and self._table.free.match(self._source, start):
            self._free(name, start, end, scope)
        return None

    def _free(self, name: bytes, start: int, end: int, scope: Scope) -> None:
        """A name that needs no import; the first part of one with dots may be an alias."""
        root, dot, rest = name.partition(b".")
        bound = self._scopes[0].names
        if dot and root in bound:
            meaning = bound[root]
            if meaning is not None:
                self._follow(f"{meaning}.{rest.decode('utf-8', 'replace')}", start, end, scope)
            return
        self._follow(name.decode("utf-8", "replace").lstrip("\\"), start, end, scope)

    def _attribute(self, start: int, end: int, scope: Scope) -> None:
        """Follow an attribute of the object itself, when it is known what it holds."""
        match, holder = self._member(self._source, end), _type_around(scope)
        if match is None or holder is None:
            return
        value = holder.values.get(self._source[start : match.end()]) or holder.values.get(match[2])
        if value is not None:
            self._chain(value, start, start, match.end(), scope)

    def _follow(self, name: str, start: int, end: int, scope: Scope) -> None:
        """Go from a known name over its members: up to the first call they are one span."""
        source, arguments, at, flat = self._source, self._arguments, start, self._table.flat
        while end not in arguments and end not in self._generics and len(name) < _NAME_LIMIT:
            match = self._member(source, end)
            if match is None or (flat and match.end(2) in arguments):
                break
            name = self._joined(name, match)
            at, end = match.span(2)
        whole = end not in self._generics or not self._table.inner_generics
        self.resolved[start if whole else at, end] = name
        self._spanned = end
        self._chain(name, start, at, end, scope)

    def _chain(self, name: str, origin: int, at: int, end: int, scope: Scope) -> None:
        """Go over calls and the members of what they return, each of which has its own span.

        ``origin`` is where the expression starts, ``at`` where its last name does, ``end`` where
        it ends.
        """
        source, arguments = self._source, self._arguments
        while len(name) < _NAME_LIMIT:
            end = self._generics.get(end, end)
            called = arguments.get(end)
            if called is not None and not name.endswith(")"):
                scope.owner.calls.append((at, name))
                name, end = self._returned(name), called
                continue
            match = self._member(source, end)
            if match is None or not self._is_of_library(name, match):
                break
            name = self._joined(name, match)
            at, end = match.span(2)
            self.resolved[at, end] = name
        is_assigned = end in self._assignments or end in self._aliases
        followed = is_assigned and self._assign(name, origin, end, scope)
        if name.endswith("()") and is_kept_elsewhere(source, origin, followed=followed):
            scope.owner.managed.add(at)

    def _is_of_library(self, name: str, member: re.Match[bytes]) -> bool:
        """Whether a member of a value is the library's own, and no part of what was put into it.

        Methods of builtin types always are. A property of what a call gave is where the standard
        library gave it; of other libraries' results only methods are: their data is the caller's.
        """
        vocabulary, call = self._vocabulary, name.removesuffix("()")
        if "(" not in name or member[2] in vocabulary.methods:
            return True
        if call == name:
            return name.removesuffix("()[]") in vocabulary.elements
        holder, _, method = call.rpartition(".")
        if call in vocabulary.passing or (method in vocabulary.holders and "(" in holder):
            return False
        after = member.end(2)
        is_called = after in self._arguments or after in self._generics
        return is_called or self._is_standard(name)

    def _is_standard(self, name: str) -> bool:
        path = self._table.path
        root, modules = name.partition(path)[0].partition("(")[0], self._vocabulary.modules
        return root in modules or root.encode() in self._vocabulary.builtins

    def _returned(self, name: str) -> str:
        """What a call gives: `open()`, and `open()` again for `open().unwrap`."""
        if self._table.transparent:
            receiver, _, method = name.rpartition(".")
            if method in self._table.transparent and receiver.endswith(")"):
                return receiver
        return f"{name}()"

    def _give_away(self, around: Scope, name: bytes, start: int, end: int) -> None:
        """Note a use that hands on what a variable holds."""
        value = around.values[name]
        if value.endswith("()") and is_given_away(self._source, start, end):
            around.owner.given_away.add(value.removesuffix("()"))

    def _joined(self, name: str, match: re.Match[bytes]) -> str:
        path = self._table.path
        between = path if match[1] == path.encode() else "."
        return f"{name}{between}{match[2].decode('utf-8', 'replace')}"

    def _assign(self, value: str, start: int, end: int, scope: Scope) -> bool:
        """Remember what a name stands for from here on; whether there is a name that does."""
        followed = False
        for assigned in self._assigned(end):
            before = self._source[assigned.value.start_byte : start].strip()
            at = assigned.target.start_byte
            if before not in _BEFORE or assigned.value.end_byte != end or at in self._fresh:
                continue
            target = self._source[at : assigned.target.end_byte]
            if self._is_attribute(target):
                self._assign_attribute(target, _with(value, assigned.suffix), scope)
            elif target not in scope.again and scope.names.get(target, b"") is None:
                scope.values[target] = _with(value, assigned.suffix)
                self._known.add(target)
                self._fresh.add(at)
                followed = True
        return followed

    def _is_attribute(self, target: bytes) -> bool:
        """Whether it is `self.x`, `$this->x` or `@x`."""
        receiver = self._table.receiver
        after = target[len(receiver) :]
        of_object = bool(receiver) and target.startswith(receiver) and not after[:1].isalnum()
        return of_object or target[:1] == b"@"

    def _assigned(self, end: int) -> Iterable[Assigned]:
        yield from self._aliases.get(end, ())
        for node in self._assignments.get(end, ()):
            if assigned := self._table.read_assignment(node):
                yield assigned

    def _assign_attribute(self, target: bytes, value: str, scope: Scope) -> None:
        """An attribute that its type sets once stands for what it was set to."""
        holder = _type_around(scope)
        if holder is None:
            return
        plain, typed = target + b" = ", target + b": "
        count = self._source.count
        if sum(count(text, holder.start, holder.end) for text in (plain, typed)) == 1:
            holder.values[target] = value
            self._known.update((self._table.receiver, target))


def _with(value: str, suffix: str) -> str:
    """A call's result is no further called: an exception caught as `f()` is what `f` gives."""
    return value if suffix == "()" and value.endswith(suffix) else value + suffix


def _type_around(scope: Scope | None) -> Scope | None:
    while scope is not None and not scope.is_type:
        scope = scope.parent
    return scope


def _ends(found: Survey, kinds: Iterable[str], source: bytes) -> dict[int, int]:
    """Start -> end of the nodes of these types; blanks before a node count as its start."""
    ends = {}
    for node in chain.from_iterable(found.nodes[kind] for kind in kinds):
        start = node.start_byte
        while start and source[start - 1] in _BLANKS:
            start -= 1
        ends[start] = node.end_byte
    return ends
