"""From a syntax tree to marks: which definition owns which stretch of source.

Only what must be is looked at: the children of the root, of containers, and of nodes above the
token budget. That visits a few hundred nodes of a file whose tree has tens of thousands, so that
cutting costs a small part of parsing. The walk keeps its own stack: no nest is too deep.
"""

from collections.abc import Iterator, Mapping, Sequence

from tree_sitter import Node

from apps.singularity.ingestion.engine.chunking import headers
from apps.singularity.ingestion.engine.chunking.lead import Lead
from apps.singularity.ingestion.engine.chunking.model import Mark, Owner
from apps.singularity.ingestion.engine.languages import TYPE_KINDS, Definition, Kind, Part, Role

_SYMBOL_LIMIT = 500  # characters: names of a deep nest would grow with the square of its depth
_SETTLED = (Part, Definition)
_COMMENT, _ATTRIBUTE = Part.COMMENT, Part.ATTRIBUTE
_NEWLINE = 0x0A
_FUNCTION, _METHOD = Kind.FUNCTION.value, Kind.METHOD.value
_METHOD_HOLDERS = frozenset(kind.value for kind in TYPE_KINDS)


class Outliner:
    """Walks one tree. `costs` are those of `tokens.running_cost`, `budget` is in their unit."""

    __slots__ = (
        "_budget", "_costs", "_docstrings", "_lead", "_marks", "_position", "_roles", "_room",
        "_source", "_stack",
    )  # fmt: skip

    def __init__(
        self,
        source: bytes,
        costs: Sequence[int],
        roles: Mapping[int, Role],
        budget: int,
        *,
        docstrings: bool,
    ) -> None:
        self._source = source
        self._costs = costs
        self._roles = roles
        self._budget = budget
        self._docstrings = docstrings
        self._lead = Lead()
        self._marks: list[Mark] = []
        self._position = 0  # everything before it has been dealt with
        self._room = -1  # costs up to here are within the budget of the last mark's stretch
        self._stack: list[tuple[Iterator[Node], Owner]] = []

    def walk(self, root: Node) -> list[Mark]:
        """Marks of the whole tree in order of bytes; the first one is at 0."""
        top = Owner(Kind.BLOCK.value)
        if self._docstrings:
            top.documentation = headers.docstring(self._source, root.start_byte)
        self._mark(0, top)
        self._enter(root, top)
        roles, costs, lead, stack = self._roles, self._costs, self._lead, self._stack
        while stack:
            nodes, owner = stack[-1]
            for node in nodes:
                role = roles.get(node.kind_id)
                if role is None and lead.start < 0 and costs[node.end_byte] <= self._room:
                    self._position = node.end_byte  # most nodes: joined with what is before
                    continue
                if role is None:
                    entered = self._plain(node, owner)
                elif role.__class__ is Definition:
                    entered = self._define(node, node, role, node.start_byte, owner)
                else:
                    entered = self._visit(node, role, owner)
                if entered:
                    break
            else:
                self._leave(owner)
        return self._marks

    def _enter(self, node: Node, owner: Owner) -> bool:
        self._stack.append((iter(node.named_children), owner))
        return True

    def _leave(self, owner: Owner) -> None:
        """Comments at the end of a definition stay with it."""
        stack = self._stack
        stack.pop()
        if not stack or stack[-1][1] is not owner:
            self._flush(owner)
            self._room = -1

    def _visit(self, node: Node, role: Role, owner: Owner) -> bool:
        """Take the step that the role asks for; whether it entered the node."""
        if role is _COMMENT:
            return self._wait(node, owner, is_comment=True)
        decision, target, head = self._decide(node, role)
        if isinstance(decision, Definition):
            return self._define(node, target, decision, head, owner)
        if decision is _COMMENT or decision is _ATTRIBUTE:
            return self._wait(node, owner, is_comment=decision is _COMMENT)
        if decision is Part.INNER_COMMENT:
            owner.documentation = headers.comment(self._source, [(head, node.end_byte)])
        return self._plain(node, owner, decision)

    def _decide(self, node: Node, role: Role | None) -> tuple[Role | None, Node, int]:
        """Look through wrappers and refinements.

        Returns the role, the node that it describes, and the byte at which its header begins.
        """
        head, target = node.start_byte, node
        while role is not None:
            if role is Part.WRAPPER:
                role, target, head = self._unwrap(target, head)
            elif isinstance(role, _SETTLED):
                break
            else:
                role = role(target, self._source)
        return role, target, head

    def _unwrap(self, node: Node, head: int) -> tuple[Role | None, Node, int]:
        """The first child with a role; decorators before it do not count as header."""
        for child in node.named_children:
            role = self._roles.get(child.kind_id)
            if role is _ATTRIBUTE:
                head = child.end_byte
            elif role is not None and role is not _COMMENT and role is not Part.OPAQUE:
                return role, child, head
        return None, node, head

    def _define(
        self, node: Node, target: Node, definition: Definition, head: int, outer: Owner
    ) -> bool:
        """Mark a definition, and enter it when it is too large or always open."""
        name = definition.name(target, self._source)
        if not name:
            return self._plain(node, outer)
        body = definition.body(target)
        lead = self._lead
        start = node.start_byte
        start = self._line_start(start) if lead.start < 0 else self._begin(start, outer)
        if start < 0:
            start = max(node.start_byte, self._position)
        owner = self._owner(target, definition, name, head, body, outer)
        if lead.start >= 0:
            lead.clear()
        end, costs, (before, previous) = node.end_byte, self._costs, self._marks[-1]
        if owner is not previous or costs[end] - costs[before] > self._budget:
            self._marks.append((start, owner))
        room = self._room = costs[start] + self._budget
        if costs[end] > room or definition.open:
            self._position = target.start_byte
            return self._enter(body or target, owner)
        self._room = -1
        self._position = end
        return False

    def _owner(
        self,
        target: Node,
        definition: Definition,
        name: str,
        head: int,
        body: Node | None,
        outer: Owner,
    ) -> Owner:
        """Who owns a definition: for a further clause of a function the owner of the first."""
        symbol = f"{outer.symbol}.{name}"[-_SYMBOL_LIMIT:] if outer.symbol else name
        kind = definition.label
        if kind == _FUNCTION and outer.kind in _METHOD_HOLDERS:
            kind = _METHOD
        if definition.clauses:
            previous = self._marks[-1][1]
            if previous.symbol == symbol and previous.kind == kind:
                return previous
        end = body.start_byte if body else target.end_byte
        header = headers.signature(self._source, head, end, bounded=body is not None)
        return Owner(kind, symbol, header, self._documentation(body))

    def _plain(self, node: Node, owner: Owner, role: Role | None = None) -> bool:
        """Mark a statement, and enter it when it is too large; whether it did.

        A statement that does not begin its line goes with what is before it.
        """
        start, end = node.start_byte, node.end_byte
        at = self._begin(start, owner)
        if at >= 0:
            if self._costs[end] > self._room:
                self._mark(at, owner)
            self._lead.clear()
        if role is Part.TRANSPARENT or (
            self._costs[end] - self._costs[start] > self._budget and role is not Part.OPAQUE
        ):
            self._position = start
            return self._enter(node, owner)
        self._position = end
        return False

    def _wait(self, node: Node, owner: Owner, *, is_comment: bool) -> bool:
        """Keep a comment or an attribute for what follows it. Never enters the node."""
        start, end = node.start_byte, node.end_byte
        lead = self._lead
        if lead.start >= 0 and lead.is_apart(self._source, start):
            self._flush(owner)
        lead.add(start, end, line_start=self._line_start(start), is_comment=is_comment)
        self._position = end
        return False

    def _begin(self, start: int, owner: Owner) -> int:
        """The byte at which the mark of a node goes, the comments above it included.

        -1 when something else stands before the node in its line.
        """
        lead = self._lead
        if lead.start >= 0:
            if not lead.is_apart(self._source, start):
                return lead.start
            self._flush(owner)
        return self._line_start(start)

    def _flush(self, owner: Owner) -> None:
        """Comments that nothing follows directly belong to what is around them."""
        if self._lead.start >= 0:
            self._mark(self._lead.start, owner)
            self._lead.clear()

    def _mark(self, start: int, owner: Owner) -> None:
        self._marks.append((start, owner))
        self._room = self._costs[start] + self._budget

    def _documentation(self, body: Node | None) -> str:
        """The docstring of a body, or else the comments that wait."""
        if self._docstrings and body is not None:
            found = headers.docstring(self._source, body.start_byte)
            if found:
                return found
        comments = self._lead.comments
        return headers.comment(self._source, comments) if comments else ""

    def _line_start(self, start: int) -> int:
        """The first byte of the line when only white space is before `start` there, else -1.

        Looks back no further than to what has been dealt with, so that a long line stays cheap.
        """
        if start and self._source[start - 1] == _NEWLINE:
            return start
        position = self._position
        newline = self._source.rfind(b"\n", position, start)
        if (newline < 0 and position) or self._source[newline + 1 : start].strip():
            return -1
        return newline + 1
