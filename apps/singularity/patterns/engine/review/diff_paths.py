"""The paths in a diff's headers: prefixes, quotes, time stamps."""

from __future__ import annotations

import re

_NOWHERE = "/dev/null"
_PREFIX = re.compile(r"[abciow]/")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_LETTERS = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
}


def without_prefixes(old: str, new: str, *, prefixed: bool = False) -> tuple[str, str]:
    """Both paths of a file as they are in the tree; nothing for the one that does not exist.

    With ``prefixed`` a first folder of one letter (``a/``, ``b/``) goes where both have one.
    """
    paths = [_unquoted(old), _unquoted(new)]
    real = [path for path in paths if path and path != _NOWHERE]
    if prefixed and all(_PREFIX.match(path) for path in real) and _differ(real):
        paths = [path[2:] if path in real else path for path in paths]
    old, new = ("" if path == _NOWHERE else path for path in paths)
    return old, new


def _differ(paths: list[str]) -> bool:
    """Whether the prefixes are such: those of the two sides are unlike each other."""
    return len(paths) < 2 or paths[0][0] != paths[1][0]


def _unquoted(path: str) -> str:
    """A path without C-style quotes, or without the time stamp after a tab."""
    if not path.startswith('"'):
        return path.partition("\t")[0]
    body = path[1 : path.rindex('"')] if path.count('"') > 1 else path[1:]
    return _ESCAPE.sub(_escaped, body.encode()).decode("utf-8", "backslashreplace")


def _escaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if len(code) == 3:
        return bytes([int(code, 8) & 0xFF])
    return _LETTERS.get(code, code)
