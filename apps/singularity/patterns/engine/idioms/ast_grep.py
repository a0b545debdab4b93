"""A template as an ast-grep rule that finds the same occurrences.

The rule says of each opened node its kind, its tokens, how many children it has and what they are;
statements in a row are told by ``precedes``. Comments are looked over, as they are in a template.
Known names are matched by the spellings that were seen, equal holes by one metavariable. The rule
holds for the code base that it was mined from: it excludes the other forms that a kind takes
there, and spellings may be aliases of that code base, so that rules stay with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.singularity.patterns.engine.idioms.ast_grep_kinds import Inexpressible, Kinds, kinds_of
from apps.singularity.patterns.engine.idioms.template import Piece
from apps.singularity.patterns.engine.tree.kinds import Role, role_of
from apps.singularity.patterns.engine.tree.labels import FOLDED, Label, Sort

Rule = dict[str, Any]
Parts = tuple[str | None, ...]

MAX_PIECES = 120
"""Pieces of a template above which no rule is written: nobody would read it."""

_SEPARATORS = frozenset({",", ";"})
_INLINE = (Role.ITEMS, Role.STATEMENTS, Role.TAIL)
_STATEMENT_KIND = re.compile(r".*_(statement|definition|clause)$")


def rule_of(
    template: Piece,
    *,
    language: str,
    spellings: Mapping[str, Collection[str]],
    forms: Mapping[str, Collection[Parts]],
) -> Rule | None:
    """The rule of a template, as ``SgRoot.root().find_all`` takes it and as YAML may hold it.

    ``spellings`` are the ways in which each known name is written, ``forms`` the productions of
    each kind in the code base. None for languages that ast-grep-py does not bring, and for
    templates that it cannot tell from others.
    """
    kinds = kinds_of(language)
    pieces = sum(1 for _ in _walk(template))
    if kinds is None or pieces > MAX_PIECES:
        return None
    try:
        rule = _Writer(kinds, language, spellings, forms, _repeated(template)).root(template)
    except Inexpressible:
        return None
    return {"utils": kinds.utils, "rule": rule}


@dataclass(frozen=True)
class _Writer:
    kinds: Kinds
    language: str
    spellings: Mapping[str, Collection[str]]
    forms: Mapping[str, Collection[Parts]]
    repeated: Collection[int]

    def root(self, piece: Piece) -> Rule:
        """The rule of the node at which an occurrence begins."""
        if not piece.is_cell:
            return self._rule(piece)
        elements, _ = _taken_apart(piece)
        rule = self._statement(elements[-1])
        for element in reversed(elements[:-1]):
            following = {"stopBy": {"matches": "code"}, **rule}
            rule = _all([self._statement(element), {"precedes": following}])
        return _all([rule, {"inside": {"any": [{"kind": kind} for kind in self.kinds.lists]}}])

    def _statement(self, piece: Piece) -> Rule:
        """An element of a list of statements.

        Grammars of Python differ in whether an expression as a statement has a node of its own.
        """
        rule = self._rule(piece)
        label = piece.label
        if self.language != "python" or label is None:
            return rule
        if label.sort is Sort.PRODUCTION and _STATEMENT_KIND.match(label.text):
            return rule
        only = {"has": self._child(1, rule)} if rule else {"has": self._child(1, {})}
        return _all([{"kind": "expression_statement"}, only, {"not": {"has": self._child(2, {})}}])

    def _rule(self, piece: Piece) -> Rule:
        """What a node has to be; empty when that may be anything."""
        label = piece.label
        if label is None:
            return {"pattern": f"$H{piece.hole}"} if piece.hole in self.repeated else {}
        if label.sort is Sort.NAME:
            return {"regex": _any_of(self.spellings.get(label.text, ()))}
        if label.sort is Sort.WORD:
            return {"regex": f"^{_pattern(label.text)}$"}
        if label.sort is Sort.LITERAL:
            return {"any": [{"kind": kind} for kind in self.kinds.literals[label.text]]}
        if label.sort is Sort.PRODUCTION:
            return self._production(label, piece.children)
        return _all(self._list(piece, 1, statements=label.sort is Sort.STATEMENT_CELL))

    def _production(self, label: Label, children: Sequence[Piece]) -> Rule:
        *outer, kind = label.text.split(FOLDED)
        rules = [{"kind": self.kinds.checked(kind)}, *self._tokens(kind, label.parts)]
        inline = role_of(kind) in _INLINE and children and _is_list(children[-1])
        fixed = children[:-1] if inline else children
        for at, child in enumerate(fixed, 1):
            rule = self._rule(child)
            if rule or at == len(fixed):
                rules.append({"has": self._child(at, rule)})
        if inline:
            rules += self._inline(role_of(kind), children[-1], len(fixed) + 1)
        else:
            rules.append({"not": {"has": self._child(len(fixed) + 1, {})}})
        rule = _all(rules)
        for wrapper in reversed(outer):
            only = {"has": self._child(1, rule)}
            alone = {"not": {"has": self._child(2, {})}}
            rule = _all([{"kind": self.kinds.checked(wrapper)}, only, alone])
        return rule

    def _inline(self, role: Role, piece: Piece, first: int) -> Iterator[Rule]:
        """The list in a production: its own children, or those of the one list it holds."""
        own = list(self._list(piece, first, statements=role is not Role.ITEMS))
        if role is Role.ITEMS or not self.kinds.inner or not own:
            yield from own
            return
        inner = [{"kind": kind} for kind in self.kinds.inner]
        nested = _all([{"any": inner}, *self._list(piece, 1, statements=True)])
        plain = _all([{"not": {"has": self._child(first, {"any": inner})}}, *own])
        yield {"any": [{"has": self._child(first, nested)}, plain]}

    def _list(self, piece: Piece, first: int, *, statements: bool) -> Iterator[Rule]:
        """What the children of a list are, from the position of its first element on."""
        elements, end = _taken_apart(piece)
        for at, element in enumerate(elements, first):
            rule = self._statement(element) if statements else self._rule(element)
            yield {"has": self._child(at, rule)}
        if not end.is_rest:
            yield {"not": {"has": self._child(first + len(elements), {})}}

    def _child(self, position: int, rule: Rule) -> Rule:
        counted = {"position": position, "ofRule": {"matches": "counted"}}
        return {"nthChild": counted, **rule}

    def _tokens(self, kind: str, parts: Parts) -> Iterator[Rule]:
        """What tells a production from the others of its kind with as many children."""
        own = {part for part in parts if part}
        foreign: set[str] = set()
        for other in self.forms.get(kind, ()):
            if other == parts or other.count(None) != parts.count(None):
                continue
            tokens = {part for part in other if part}
            if tokens == own:
                raise Inexpressible
            foreign |= tokens - own - _SEPARATORS
        yield from ({"has": {"regex": f"^{_pattern(token)}$"}} for token in sorted(own))
        yield from ({"not": {"has": {"regex": f"^{_pattern(one)}$"}}} for one in sorted(foreign))


def _taken_apart(piece: Piece) -> tuple[list[Piece], Piece]:
    """The elements of a list, and what stands at its end."""
    elements = []
    while piece.is_cell:
        element, piece = piece.children
        elements.append(element)
    return elements, piece


def _is_list(piece: Piece) -> bool:
    return (
        piece.is_cell or piece.is_rest or (piece.label is not None and piece.label.sort is Sort.END)
    )


def _walk(piece: Piece) -> Iterator[Piece]:
    stack = [piece]
    while stack:
        piece = stack.pop()
        yield piece
        stack += piece.children


def _repeated(template: Piece) -> set[int]:
    """The holes that stand in more than one place."""
    holes = [piece.hole for piece in _walk(template) if piece.hole > 0]
    return {hole for hole in holes if holes.count(hole) > 1}


def _all(rules: Sequence[Rule] | Iterator[Rule]) -> Rule:
    rules = list(rules)
    return rules[0] if len(rules) == 1 else {"all": rules}


def _any_of(spellings: Collection[str]) -> str:
    if not spellings:
        raise Inexpressible
    return f"^({'|'.join(sorted(_pattern(spelling) for spelling in spellings))})$"


def _pattern(text: str) -> str:
    """A regular expression for tokens that may have white space between them."""
    tokens = re.findall(r"\w+|[^\w\s]+", text)
    spaced = r"\s+" if " " in text else r"\s*"
    return spaced.join(re.escape(token) for token in tokens)
