"""Signatures and documentation, read from the source around a definition."""

import re
from collections.abc import Iterable, Iterator

SIGNATURE_LIMIT = 500
DOCUMENTATION_LIMIT = 2_000
_READ_LIMIT = 8_192  # bytes looked at: more than either limit, white space and marks included

_OPENERS = (" do", " where", "=>", "->")
_WRAPPED_CLOSE = re.compile(r",? \)")
_PREFIXES = frozenset({b"r", b"R", b"u", b"U"})
_STRING_STARTS = _PREFIXES | {b'"', b"'"}
_QUOTES = (b'"""', b"'''", b'"', b"'")
_XML_TAGS = re.compile(r"</?(?:summary|remarks|para)\s*/?>")
_ELIXIR_DOC = re.compile(
    r'\A@(?:type|module)?doc\s+(?:~[sS])?(?:"""|"|\'\'\')?|(?:"""|"|\'\'\')\s*\Z'
)
_COMMENT_OPEN = re.compile(r"\A(?:/\*[*!]?|\(\*\*?|<!--|\{-\s*\|?|--\[=*\[)")
_COMMENT_CLOSE = re.compile(r"(?:\*+/|\*+\)|-->|-\}|\]=*\])\s*\Z")
_LINE_MARK = re.compile(r"[ \t]*(?://[/!]?|#+!?|--+[ \t]*[|^]?|%+|;+|\*(?!\*)|/\*\*?)?[ \t]?")


def signature(source: bytes, start: int, end: int, *, bounded: bool) -> str:
    """The header `source[start:end]` on one line, without what opens the body.

    A definition without a body node (`bounded` false) ends its header at the first brace.
    """
    line = " ".join(_read(source, start, end).split())
    if not bounded:
        line = line.partition("{")[0] or line
    line = line.rstrip(" :={,;")
    while line.endswith(_OPENERS):
        line = line.removesuffix(next(filter(line.endswith, _OPENERS))).rstrip(" :={,;")
    if "( " in line or " )" in line:
        line = _WRAPPED_CLOSE.sub(")", line.replace("( ", "("))
    return line[:SIGNATURE_LIMIT]


def docstring(source: bytes, start: int) -> str:
    """The Python string that a body begins with; "" when it begins otherwise.

    Of one that is longer than what is read, its beginning.
    """
    first = source[start : start + 1]
    if first not in _STRING_STARTS:
        return ""
    begin = start + (first in _PREFIXES)
    for quotes in _QUOTES:
        if source.startswith(quotes, begin):
            begin += len(quotes)
            end = _closing(source, begin, quotes)
            return _bounded(map(str.strip, _read(source, begin, end).splitlines()))
    return ""


def _closing(source: bytes, begin: int, quotes: bytes) -> int:
    """Where a string ends: at the first quotes that no backslash takes away."""
    limit = begin + _READ_LIMIT
    end = source.find(quotes, begin, limit)
    while end > begin and source[end - 1] == ord("\\"):
        end = source.find(quotes, end + 1, limit)
    return end if end >= 0 else limit


def comment(source: bytes, ranges: Iterable[tuple[int, int]]) -> str:
    """The text of the comments at these byte ranges, without their marks."""
    lines: list[str] = []
    for start, end in ranges:
        lines.extend(_uncommented(_read(source, start, end)))
    return _bounded(lines)


def _read(source: bytes, start: int, end: int) -> str:
    """A bounded piece of the source; what is cut off may end within a character."""
    if end - start <= _READ_LIMIT:
        return source[start:end].decode()
    return source[start : start + _READ_LIMIT].decode("utf-8", "ignore")


def _uncommented(raw: str) -> Iterator[str]:
    text = _ELIXIR_DOC.sub("", raw) if raw.startswith("@") else raw
    text = _COMMENT_CLOSE.sub("", _COMMENT_OPEN.sub("", text))
    for line in text.splitlines():
        yield _XML_TAGS.sub("", line[_mark_end(line) :]).strip()


def _mark_end(line: str) -> int:
    found = _LINE_MARK.match(line)
    return found.end() if found else 0


def _bounded(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip()[:DOCUMENTATION_LIMIT].rstrip()
