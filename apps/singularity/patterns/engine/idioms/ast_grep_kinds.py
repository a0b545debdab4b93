"""What ast-grep-py knows of a language: which node kinds it has, and what they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from ast_grep_py import SgRoot

from apps.singularity.ingestion.engine.languages import LANGUAGES, grammar_of
from apps.singularity.patterns.engine.tree.kinds import Role, role_of
from apps.singularity.patterns.engine.tree.shapes import INNER_LISTS

BUNDLED = frozenset(
    [
        "bash",
        "c",
        "cpp",
        "csharp",
        "css",
        "elixir",
        "go",
        "haskell",
        "html",
        "java",
        "javascript",
        "kotlin",
        "lua",
        "php",
        "python",
        "ruby",
        "rust",
        "scala",
        "swift",
        "tsx",
        "typescript",
    ]
)
"""Languages of ours that ast-grep-py 0.51 brings; for others it ends the process's trust in it
by a panic, so that they are not even asked for."""


class Inexpressible(ValueError):
    """A template that no ast-grep rule tells from others."""


Rule = dict[str, Any]


@dataclass(frozen=True)
class Kinds:
    """The kinds of one language that rules are made of.

    ``lists`` hold statements, ``literals`` are keyed by metavariable. ``utils`` are rules
    for the children that are counted: all named ones but comments and docstrings. ``inner`` are
    lists that stand alone in what looks like a list itself.
    """

    names: frozenset[str]
    lists: tuple[str, ...]
    literals: dict[str, tuple[str, ...]]
    utils: dict[str, Rule]
    inner: tuple[str, ...]

    def checked(self, kind: str) -> str:
        """The kind itself. Raises `Inexpressible` when ast-grep's grammar does not have it."""
        if kind not in self.names:
            raise Inexpressible(kind)
        return kind


@cache
def kinds_of(language: str) -> Kinds | None:
    """The kinds of a language, None when ast-grep-py does not bring it."""
    grammar = grammar_of(language) if language in BUNDLED else None
    if grammar is None:
        return None
    ours = grammar.parser.language
    assert ours is not None  # noqa: S101 - parsers of grammar_of always have one
    named = {
        kind
        for number in range(ours.node_kind_count)
        if ours.node_kind_is_named(number) and (kind := ours.node_kind_for_id(number))
    }
    root = SgRoot("", language).root()
    known = {kind for kind in named if _is_known(root, kind)}
    by_role = {
        role: tuple(sorted(kind for kind in known if role_of(kind) is role)) for role in Role
    }
    lists = by_role[Role.STATEMENTS] + by_role[Role.TAIL]
    literals = {"STR": by_role[Role.STRING], "NUM": by_role[Role.NUMBER]}
    comments = [{"kind": kind} for kind in by_role[Role.COMMENT]]
    code: Rule = {"all": [{"pattern": "$_"}, *({"not": comment} for comment in comments)]}
    utils = {"code": code, "counted": {"matches": "code"}}
    if LANGUAGES[language].docstrings:
        utils["counted"] = {"all": [{"matches": "code"}, {"not": _docstring(literals["STR"])}]}
    inner = tuple(sorted(INNER_LISTS & known))
    return Kinds(frozenset(known), lists, literals, utils, inner)


def _docstring(strings: tuple[str, ...]) -> Rule:
    """A string that is the first statement of what it stands in."""
    first = {"nthChild": {"position": 1, "ofRule": {"matches": "code"}}}
    only = {"has": {"nthChild": 1, "any": [{"kind": kind} for kind in strings]}}
    return {"all": [{"kind": "expression_statement"}, first, only]}


def _is_known(root: Any, kind: str) -> bool:
    try:
        root.find(kind=kind)
    except RuntimeError:
        return False
    return True
