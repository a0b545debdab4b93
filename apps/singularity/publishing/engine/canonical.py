"""Whether an idiom says anything but what its language and known libraries give it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from apps.singularity.patterns.engine.tree.labels import FOLDED, Label, Sort, parse_label
from apps.singularity.publishing.engine.grammar_words import grammar_words
from apps.singularity.publishing.engine.refusal import Reason, Refused

CheckName = Callable[[str, str], None]
"""Takes a qualified name and its language; raises Refused for one that must not leave."""
_WORD = re.compile(r"\w+")
_METAVARIABLE = re.compile(r"\$\$\$(?:BODY\b)?|\$(?:STR|NUM|[A-Z]\d{0,3})(?!\w)")
_SIGN = re.compile(r"[^\w\s!-~]")
"""What is neither of a word nor a sign of ASCII."""
_KEPT = 1 << 16
_LITERALS = frozenset(["STR", "NUM"])
_RESTS = frozenset(["$,", "$;"])
_CELLS = frozenset([",", ";", ".,", ".;"])


def check_idiom(template: str, canonical: str, *, language: str, check_name: CheckName) -> None:
    """Look at every label of a canonical form, and at every word of the text made from it.

    A production's kinds and tokens and all words must be the grammar's, a literal must be without
    its value, a name one that ``check_name`` lets pass, and a hole a number. The text may have no
    word but theirs, metavariables, and signs. To make the text anew and compare would be the same
    and takes ten times as long.

    Raises:
        Refused: there is something else.
    """
    lines = set(canonical.split("\n"))
    checked = _checked(language)
    for line in lines - checked:
        if line[:1] == Sort.NAME:
            check_name(line[1:], language)
        elif not _is_of_grammar(line, language):
            raise Refused(Reason.UNKNOWN_WORD, line)
        elif len(checked) < _KEPT:
            checked.add(line)
    known: set[str] = set().union(*map(_words, lines))
    said = _METAVARIABLE.sub(" ", template)
    unknown = set(_WORD.findall(said)) - known
    if unknown or not (said.isascii() or _SIGN.search(said) is None):
        raise Refused(Reason.OTHER_TEXT, " ".join(sorted(unknown)))


@cache
def _checked(_language: str) -> set[str]:
    """Labels of a language that were found to be the grammar's: looked up many at a time."""
    return set()


@lru_cache(maxsize=_KEPT)
def _words(line: str) -> frozenset[str]:
    """The words of a label that its text can have."""
    return frozenset(_WORD.findall(line))


def _is_of_grammar(line: str, language: str) -> bool:
    """Whether a label, other than a name, has only what the grammar gives."""
    if line in _CELLS or line in _RESTS:
        return True
    if line[:1] == Sort.IDENTIFIER:
        return line[1:].isascii() and line[1:].isdigit()
    try:
        label = parse_label(line)
    except ValueError:
        return False
    return not label.spelling and _is_given(label, language)


def _is_given(label: Label, language: str) -> bool:
    words = grammar_words(language)
    if label.sort is Sort.WORD:
        return words.has_word(label.text)
    if label.sort is Sort.LITERAL:
        return label.text in _LITERALS
    tokens = [part for part in label.parts if part is not None]
    is_production = label.sort is Sort.PRODUCTION
    return (
        is_production
        and words.kinds.issuperset(label.text.split(FOLDED))
        and words.tokens.issuperset(tokens)
    )
