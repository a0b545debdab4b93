"""The tree-sitter grammars behind the language tables, loaded once per process."""

import time
from dataclasses import dataclass
from functools import cache
from typing import cast

import tree_sitter
from tree_sitter_language_pack import SupportedLanguage, get_language

from apps.singularity.ingestion.engine.languages.model import Language, Part, Role
from apps.singularity.ingestion.engine.languages.registry import LANGUAGES

WHEEL = "tree-sitter-language-pack==0.13.0"
_SMALL = 16_384  # bytes
_PIECE = 4_096  # bytes handed to the parser at a time; it asks anew wherever it goes back
_SECONDS = 2.0
_SECONDS_PER_BYTE = 5e-6  # a fortieth of the usual rate
_ERROR = 0xFFFF  # tree-sitter's ts_builtin_sym_error: what a parser could not make sense of


class MissingGrammar(RuntimeError):
    """A grammar of the table cannot be loaded."""

    def __init__(self, language: str, grammar: str) -> None:
        super().__init__(
            f"the tree-sitter grammar {grammar!r} for {language} is missing: "
            f"install it with `pip install {WHEEL}`"
        )


class _Deadline:
    """Ends a parse: true once this thread has used up its processor seconds.

    tree-sitter asks about once per 80 bytes; only every 16th time the clock is looked at, as that
    is a system call. Processor time, so that a busy machine cuts a file like an idle one.
    """

    __slots__ = ("_asked", "_limit")

    def __init__(self, seconds: float) -> None:
        self._asked = 0
        self._limit = time.thread_time() + seconds

    def __call__(self, _offset: int, _has_error: bool) -> bool:  # noqa: FBT001 - its protocol
        self._asked += 1
        return self._asked & 15 == 0 and time.thread_time() > self._limit


@dataclass(frozen=True, slots=True)
class Grammar:
    """A parser with the roles of its node types.

    `roles` is keyed by tree-sitter's numeric node kind: a lookup by number costs half as much
    as one by name.
    """

    parser: tree_sitter.Parser
    roles: dict[int, Role]

    def parse(self, source: bytes) -> tree_sitter.Tree | None:
        """The tree of a source; None when its error recovery takes too much processor time.

        Text that is far from the grammar can cost some parsers the square of its length. Small
        sources are parsed without asking for the time, which costs a few per cent.
        """
        if len(source) <= _SMALL:
            return self.parser.parse(source)
        deadline = _Deadline(_SECONDS + len(source) * _SECONDS_PER_BYTE)
        try:
            return self.parser.parse(
                lambda offset, _point: source[offset : offset + _PIECE], progress_callback=deadline
            )
        except ValueError:  # what the binding raises for a parse that its callback has ended
            self.parser.reset()  # it would go on with this source otherwise
            return None


@cache
def grammar_of(language: str) -> Grammar | None:
    """The grammar of a language, None when it is cut by its layout.

    Raises `MissingGrammar`, and KeyError for a language that the table does not hold.
    """
    entry = LANGUAGES[language]
    if entry.grammar is None:
        return None
    loaded = _load(language, entry.grammar)
    roles = {_kind(loaded, entry, node_type): role for node_type, role in entry.roles.items()}
    roles[_ERROR] = Part.TRANSPARENT
    return Grammar(tree_sitter.Parser(loaded), roles)


def check_grammars() -> None:
    """Load every grammar of the table, so that a missing one stops the start.

    Raises `MissingGrammar`, which says what to install.
    """
    for language in LANGUAGES:
        grammar_of(language)


def _load(language: str, grammar: str) -> tree_sitter.Language:
    try:
        return get_language(cast("SupportedLanguage", grammar))
    except (LookupError, ImportError, OSError, ValueError) as error:
        raise MissingGrammar(language, grammar) from error


def _kind(grammar: tree_sitter.Language, entry: Language, node_type: str) -> int:
    """The number of a named node type.

    Raises `MissingGrammar` when the installed version does not have it: the table and the wheel
    must fit.
    """
    kind = grammar.id_for_node_kind(node_type, True)  # noqa: FBT003 - takes no keywords
    if not kind:
        raise MissingGrammar(entry.name, f"{entry.grammar}/{node_type}")
    return kind
