"""From identifiers to qualified names, in one pass over the identifiers in source order.

A known name is followed forward: over its members, and over calls to what they return. What a
variable was assigned is known before it is used, as the source is read from its start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tree_sitter import Node

from apps.singularity.patterns.engine.names.keepers import is_given_away, is_kept_elsewhere
from apps.singularity.patterns.engine.names.model import (
    Assigned,
    NameTable,
    Resolved,
)
from apps.singularity.patterns.engine.names.scopes import Scope, ScopeFinder
from apps.singularity.patterns.engine.names.survey import Survey
from apps.singularity.patterns.engine.names.vocabulary import Vocabulary

_DOT = 0x2E
_BLANKS = b" \t\n\r"
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
        nodes = found.nodes
        called = (pick(node) for kind, pick in table.calls.items() for node in nodes[kind])
        self._arguments = _ends((child for children in called for child in children), source)
        self._generics = _ends(found.of(table.generics), source)
        self._assignments: dict[int, list[Node]] = {}
        for node in found.of(table.assignments):
            self._assignments.setdefault(node.end_byte, []).append(node)
        self._aliases: dict[int, list[Assigned]] = {}
        for node in found.of(table.aliases):
            if assigned := table.read_assignment(node):
                self._aliases.setdefault(assigned.value.end_byte, []).append(assigned)
        self._known = set(vocabulary.known)
        for scope in scopes:
            self._known.update(name for name, meaning in scope.names.items() if meaning)
        self._fresh: set[int] = set()  # targets whose value was known before they are reached
        self._spanned = 0  # the end of the last expression that is one span

    def run(self, skip: set[int], rebound: set[int]) -> None:
        """Resolve all identifiers but those that start at one of the bytes of ``skip``."""
        source, known, methods = self._source, self._known, self._vocabulary.methods
        finder, resolved = ScopeFinder(self._scopes), self.resolved
        for start, name in self._names.items():
            if name not in known:
                continue
            end = start + len(name)
            if start in skip:
                if start in rebound and start not in self._fresh:
                    finder.at(start).values.pop(name, None)
            elif start and source[start - 1] == _DOT and source[start - 2] != _DOT:
                if name in methods and start >= self._spanned and (start, end) not in resolved:
                    resolved[start, end] = methods[name]
            else:
                scope = finder.current if start < finder.until else finder.at(start)
                self._reference(name, start, end, scope)

    def _reference(self, name: bytes, start: int, end: int, scope: Scope) -> None:
        """Look a name up in the scopes around it, then among what the language brings."""
        around: Scope | None = scope
        while around is not None:
            if name in around.values:
                self._give_away(around, name, start, end)
                return self._follow(around.values[name], start, end, scope, is_value=True)
            if name in around.names and (around is scope or not around.is_hidden):
                meaning = around.names[name]
                if meaning is not None:
                    self._follow(meaning, start, end, scope)
                elif name == self._table.receiver:
                    self._attribute(start, end, scope)
                return None
            around = around.parent
        if name in self._vocabulary.builtins:
            return self._follow(self._vocabulary.builtins[name], start, end, scope)
        if name == self._table.receiver:
            self._attribute(start, end, scope)
        return None

    def _attribute(self, start: int, end: int, scope: Scope) -> None:
        """Follow an attribute of the object itself, when it is known what it holds."""
        match, holder = self._member(self._source, end), _type_around(scope)
        if match and holder and (value := holder.values.get(self._source[start : match.end()])):
            self._follow(value, start, match.end(), scope, is_value=True)

    def _follow(
        self, name: str, start: int, end: int, scope: Scope, *, is_value: bool = False
    ) -> None:
        """Go from a known expression over members and calls as far as the source does.

        Up to the first call the names are one span; behind it each member has its own.
        """
        source, arguments, resolved = self._source, self._arguments, self.resolved
        origin, span, at = start, -1 if is_value else start, start
        while len(name) < _NAME_LIMIT:
            end = self._generics.get(end, end)
            called = arguments.get(end)
            if called is not None:
                if span >= 0:
                    self._span(span, end, name)
                    span = -1
                if name.endswith(")"):
                    break
                scope.owner.calls.append((at, name))
                name, end = f"{name}()", called
                continue
            match = self._member(source, end)
            if match is None:
                break
            if span >= 0 and self._table.flat and match.end(2) in arguments:
                self._span(span, end, name)
                span = -1
            name = self._joined(name, match)
            at, end = match.span(2)
            if span < 0:
                resolved[at, end] = name
        if span >= 0:
            self._span(span, end, name)
        followed = self._assign(name, origin, end, scope)
        if name.endswith("()") and is_kept_elsewhere(source, origin, followed=followed):
            scope.owner.managed.add(at)

    def _give_away(self, around: Scope, name: bytes, start: int, end: int) -> None:
        """Note a use that hands on what a variable holds."""
        value = around.values[name]
        if value.endswith("()") and is_given_away(self._source, start, end):
            around.owner.given_away.add(value.removesuffix("()"))

    def _span(self, start: int, end: int, name: str) -> None:
        self.resolved[start, end] = name
        self._spanned = end

    def _joined(self, name: str, match: re.Match[bytes]) -> str:
        path = self._table.path
        between = path if match[1] == path.encode() else "."
        return f"{name}{between}{match[2].decode('utf-8', 'replace')}"

    def _assign(self, value: str, start: int, end: int, scope: Scope) -> bool:
        """Remember what a name stands for from here on; whether there is a name that does."""
        followed = False
        for assigned in self._assigned(end):
            if assigned.value.start_byte != start or assigned.value.end_byte != end:
                continue
            at = assigned.target.start_byte
            target = self._source[at : assigned.target.end_byte]
            if scope.counts.get(target, 0) <= 1 and scope.names.get(target, b"") is None:
                scope.values[target] = value + assigned.suffix
                self._known.add(target)
                self._fresh.add(at)
                followed = True
            elif target.startswith(self._table.receiver + b".") and self._table.receiver:
                self._assign_attribute(target, value + assigned.suffix, scope)
        return followed

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
        settings = re.compile(rb"\b" + re.escape(target) + rb"\s*(?::[^=\n]*)?=(?!=)")
        if len(settings.findall(self._source, holder.start, holder.end)) == 1:
            holder.values[target] = value
            self._known.add(self._table.receiver)


def _type_around(scope: Scope | None) -> Scope | None:
    while scope is not None and not scope.is_type:
        scope = scope.parent
    return scope


def _ends(nodes: Iterable[Node], source: bytes) -> dict[int, int]:
    """Start -> end of nodes; blanks before a node count as its start."""
    ends = {}
    for node in nodes:
        start = node.start_byte
        while start and source[start - 1] in _BLANKS:
            start -= 1
        ends[start] = node.end_byte
    return ends
