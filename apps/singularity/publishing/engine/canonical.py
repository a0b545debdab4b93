"""Whether an idiom says anything but what its language and known libraries give it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from apps.singularity.patterns.engine.idioms.render import render
from apps.singularity.patterns.engine.idioms.template import parse_canonical
from apps.singularity.patterns.engine.tree.labels import FOLDED, Label, Sort, parse_label
from apps.singularity.publishing.engine.grammar_words import grammar_words
from apps.singularity.publishing.engine.refusal import Reason, Refused

CheckName = Callable[[str, str], None]
"""Takes a qualified name and its language; raises Refused for one that must not leave."""
_LITERALS = frozenset(["STR", "NUM"])
_RESTS = frozenset(["$,", "$;"])
_CELLS = frozenset([",", ";", ".,", ".;"])


def check_canonical(canonical: str, *, language: str, check_name: CheckName) -> None:
    """Look at every label of a canonical form.

    A production's kinds and tokens and all words must be the grammar's, a literal must be without
    its value, a name one that ``check_name`` lets pass, and a hole a number.

    Raises:
        Refused: a label has something else.
    """
    for line in canonical.split("\n"):
        if line[:1] == Sort.NAME:
            check_name(line[1:], language)
        elif not _is_of_grammar(line, language):
            raise Refused(Reason.UNKNOWN_WORD, line)


def check_rendered(template: str, canonical: str, *, language: str) -> None:
    """See that the template is the one which the canonical form makes, and nothing else.

    Raises:
        Refused: it is not.
    """
    try:
        written = render(parse_canonical(canonical), language)
    except (ValueError, IndexError):
        raise Refused(Reason.OTHER_TEXT, "the canonical form is none") from None
    if written != template:
        raise Refused(Reason.OTHER_TEXT, template)


@lru_cache(maxsize=1 << 16)
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
