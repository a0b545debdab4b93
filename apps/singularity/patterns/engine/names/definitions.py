"""Functions and types of a file, from its scopes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Call, Function, TypeDefinition
from apps.singularity.patterns.engine.names.model import NameTable, Resolved, Site
from apps.singularity.patterns.engine.names.scopes import Scope

_ONLY_WORDS = re.compile(rb"[\sa-z\[\],]*")  # modifiers may stand between annotations
_PARAMETERS = re.compile(rb"[<(\[{\s]")  # `Stack<T>`, `Route("/")`: the name alone tells
_TEXT_LIMIT = 200  # bytes of a decorator or a base that is kept as written


class Lines:
    """Line numbers of positions that are asked for in ascending order, counting from 1."""

    __slots__ = ("_line", "_position", "_source")

    def __init__(self, source: bytes, position: int = 0, line: int = 1) -> None:
        self._source, self._position, self._line = source, position, line

    def at(self, position: int) -> int:
        """The line of a byte."""
        self._line += self._source.count(b"\n", self._position, position)
        self._position = position
        return self._line


class Definitions:
    """Turns the scopes of one file into facts, once its names are resolved."""

    def __init__(self, source: bytes, path: str, table: NameTable, resolved: Resolved) -> None:
        self._source = source
        self._path = path
        self._table = table
        self._resolved = resolved
        self._in_test_file = table.is_test_file(path)

    def functions(self, scopes: list[Scope], decorators: list[Node]) -> Iterator[Function]:
        """Functions in source order; first the file itself, when it calls something known."""
        decorated = self._decorated(scopes, decorators)
        for scope in scopes:
            if scope.is_function:
                yield self._function(scope, self._names(decorated.get(scope.start, ())))
            elif scope.parent is None and scope.calls:
                yield self._file(scope)

    def types(self, scopes: list[Scope], decorators: list[Node]) -> Iterator[TypeDefinition]:
        """Types in source order."""
        decorated = self._decorated(scopes, decorators)
        methods = _methods(scopes)
        for scope in scopes:
            node = scope.node
            if scope.is_type and node is not None:
                yield TypeDefinition(
                    scope.symbol,
                    scope.kind,
                    node.start_point.row + 1,
                    node.end_point.row + 1,
                    tuple(self._bases(node)),
                    self._names(decorated.get(scope.start, ())),
                    tuple(methods.get(scope.symbol, ())),
                )

    def _file(self, scope: Scope) -> Function:
        lines = self._source.count(b"\n") + 1
        calls = self._calls(scope)
        return Function("", 1, lines, 0, len(self._source), 0, calls, is_test=self._in_test_file)

    def _function(self, scope: Scope, decorators: tuple[str, ...]) -> Function:
        node = scope.node
        assert node is not None  # noqa: S101 - every scope but the file's has one
        site = Site(scope.symbol, self._path, decorators, self._in_test_file)
        return Function(
            scope.symbol,
            node.start_point.row + 1,
            node.end_point.row + 1,
            scope.start,
            scope.end,
            self._table.parameters(node),
            self._calls(scope),
            decorators,
            self._table.is_test(site),
        )

    def _calls(self, scope: Scope) -> tuple[Call, ...]:
        if not scope.calls:
            return ()
        line = scope.node.start_point.row + 1 if scope.node is not None else 1
        lines = Lines(self._source, scope.start, line)
        return tuple(
            Call(name, lines.at(at), managed=at in scope.managed or name in scope.given_away)
            for at, name in sorted(scope.calls)
        )

    def _names(self, nodes: Iterable[Node]) -> tuple[str, ...]:
        return tuple(filter(None, map(self._name, nodes)))

    def _name(self, node: Node) -> str:
        """What a decorator or a base refers to: qualified where known, else as written."""
        while node.type in self._table.wrappers and node.named_child_count:
            inner = node.named_child(0)
            if inner is None:
                break
            node = inner
        start = node.start_byte
        written = self._source[start : min(node.end_byte, start + _TEXT_LIMIT)]
        plain = _PARAMETERS.split(written, maxsplit=1)[0]
        known = self._resolved.get((start, node.end_byte))
        known = known or self._resolved.get((start, start + len(plain)))
        return known or plain.decode("utf-8", "replace")

    def _bases(self, node: Node) -> Iterator[str]:
        pick = self._table.bases
        return map(self._name, pick(node)) if pick else iter(())

    def _decorated(self, scopes: list[Scope], decorators: list[Node]) -> dict[int, list[Node]]:
        """Decorators by the start of the definition that they stand before, or in."""
        found: dict[int, list[Node]] = {}
        if not decorators:
            return found
        inner = self._table.inner_decorators
        starts = [scope.start for scope in scopes if scope.is_function or scope.is_type]
        for node in decorators:
            position = node.start_byte
            index = bisect_right(starts, position) - 1 if inner else bisect_left(starts, position)
            if not 0 <= index < len(starts):
                continue
            before = found.get(starts[index], [])
            since = before[-1].end_byte if before else starts[index]
            if not inner or _ONLY_WORDS.fullmatch(self._source, since, position):
                found.setdefault(starts[index], []).append(node)
        return found


def _methods(scopes: Iterable[Scope]) -> dict[str, list[str]]:
    """The functions that stand in a type, by its symbol."""
    methods: dict[str, list[str]] = {}
    for scope in scopes:
        if scope.is_function and scope.parent is not None and scope.parent.is_type:
            name = scope.symbol.rpartition(".")[2]
            methods.setdefault(scope.parent.symbol, []).append(name)
    return methods
