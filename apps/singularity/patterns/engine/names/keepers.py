"""Who looks after what a call returned: the function that called, or somebody else.

Told by the text before the expression, which reads the same in all languages. Where that leaves a
doubt somebody else is assumed: who reports a missing ``close`` has to be sure.
"""

from __future__ import annotations

import re

_BEFORE = 160  # bytes looked at before an expression

_TARGET = 80  # bytes of them that may be what is assigned to

_PREFIX = re.compile(rb"(?:\s*(?:\b(?:await|new)\b|&))+\s*\Z")
_TAKERS = frozenset((b"[", b"(", b",", b"?", b"*"))  # an argument, an element
_KEEPING_WORDS = frozenset((b"return", b"yield", b"using", b"with", b"raise", b"throw", b"from"))
_SET_ELSEWHERE = re.compile(
    rb"""
    (?: (?:\.|->|::)\w+[\])]*\s*(?::[^=\n]*)?=   # an attribute
      | \]\s*=                            # an element
      | @\w+\s*(?:\|\|)?=                 # Ruby's attributes
      | (?:\w\(\s*|,\s*)\w+=             # an argument by name
    )\Z
    """,
    re.VERBOSE,
)
_MANAGED_LINE = re.compile(rb"[ \t]*(?:(?:async\s+)?with\b|(?:await\s+)?using\b|try\s*\()")
_ARROW = re.compile(rb"\w\s*=>\Z")
_COMPARED = frozenset((b"=", b"!", b"<", b">"))
_GIVEN_AWAY = re.compile(
    rb"""
    (?: \b(?:return|yield|with|using)\b[^\n(]*
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
    if before[-1:] in _TAKERS:  # the most frequent, and so the first to be asked
        return True
    line = before[before.rfind(b"\n") + 1 :]
    return bool(_MANAGED_LINE.match(line)) or _is_taken(before.rstrip(), line, followed=followed)


def _is_taken(before: bytes, line: bytes, *, followed: bool) -> bool:
    """Told by the last token before an expression."""
    if before.endswith((b"await", b"new", b"&")):
        before = _PREFIX.sub(b"", before)
    last = before[-1:]
    if last == b"=":
        is_assigned = before[-2:-1] not in _COMPARED
        return (is_assigned and not followed) or bool(_SET_ELSEWHERE.search(before[-_TARGET:]))
    if last == b">":
        return bool(_ARROW.search(before[-8:]))
    if last == b":":
        return b"lambda" in line
    return last in _TAKERS or before[-6:].rpartition(b" ")[2].strip() in _KEEPING_WORDS


def is_given_away(source: bytes, start: int, end: int) -> bool:
    """Whether the variable at this span is handed on as a whole: returned, stored, wrapped.

    As an argument it is lent only, unless what takes it is a constructor or a collection.
    """
    if _CALLED_ON.match(source, end):
        return False
    before = source[max(0, start - _BEFORE) : start]
    text = before.rstrip()
    if text.endswith((b"[", b"{")) or (text.endswith(b"=") and text[-2:-1] not in _COMPARED):
        return True
    return bool(_GIVEN_AWAY.search(before[before.rfind(b"\n") + 1 :]))
