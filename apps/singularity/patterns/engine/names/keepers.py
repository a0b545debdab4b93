"""Who looks after what a call returned: the function that called, or somebody else.

Told by the text before the expression, which reads the same in all languages. Where that leaves a
doubt somebody else is assumed: who reports a missing ``close`` has to be sure.
"""

from __future__ import annotations

import re

_BEFORE = 160  # bytes looked at before an expression

_KEPT_ELSEWHERE = re.compile(
    rb"""
    (?: \b(?:return|yield|await\ using|using|with|raise|throw|from|lambda\b[^\n]*:)
      | [\[(,?*]                          # an argument, an element
      | \w\s*=>
      | (?:\.|->|::)\w+[\])]*\s*(?::[^=\n]*)?=   # an attribute
      | \]\s*=                            # an element
      | @\w+\s*(?:\|\|)?=                 # Ruby's attributes
      | (?:\w\(\s*|,\s*)\w+=             # an argument by name
    )\s*(?:await\s+|new\s+|&|\*)*\Z
    """,
    re.VERBOSE,
)
_MANAGED_LINE = re.compile(
    rb"(?:^|\n)[ \t]*(?:(?:async\s+)?with\b|(?:await\s+)?using\b|try\s*\()[^\n]*\Z"
)
_ASSIGNED = re.compile(rb"[^=!<>]=\s*(?:await\s+|new\s+|&|\*)*\Z")
_GIVEN_AWAY = re.compile(
    rb"""
    (?: \b(?:return|yield|with|using)\b[^\n(]*
      | [^=!<>]=\s*                       # stored under another name
      | [\[{]\s*
      | \b(?:[A-Z]\w*|append|add|put|push|register|enter_context|closing|callback|set)
        \([^()\n]*
    )\Z
    """,
    re.VERBOSE,
)
_CALLED_ON = re.compile(rb"\s*(?:\.|->|\?\.|::|\()")


def is_kept_elsewhere(source: bytes, start: int, *, followed: bool) -> bool:
    """Whether the value of the call expression at ``start`` goes to another keeper at once.

    ``followed`` says that it goes to a variable whose uses are known. Where one is assigned more
    than once they are not, and nobody can tell what becomes of the value.
    """
    before = source[max(0, start - _BEFORE) : start]
    return bool(
        _KEPT_ELSEWHERE.search(before)
        or _MANAGED_LINE.search(before)
        or (not followed and _ASSIGNED.search(before))
    )


def is_given_away(source: bytes, start: int, end: int) -> bool:
    """Whether the variable at this span is handed on as a whole: returned, stored, wrapped.

    As an argument it is lent only, unless what takes it is a constructor or a collection.
    """
    if _CALLED_ON.match(source, end):
        return False
    return bool(_GIVEN_AWAY.search(source[max(0, start - _BEFORE) : start]))
