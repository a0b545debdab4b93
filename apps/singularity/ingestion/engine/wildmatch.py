"""Git's glob language as regular expressions over bytes.

Semantics follow git's `wildmatch.c` with WM_PATHNAME: `*` and `?` stay within one path
segment, `**` spans segments only where it fills a whole one, an unclosed class never
matches. Git compares bytes, so `?` is one byte and not one character.

What stands between two stars is matched at its first place for good (an atomic group):
for globs the first place is never worse than a later one, and a hostile pattern such as
`*a*a*a*a*b` then costs linear instead of exponential time.
"""

import re

_POSIX = {
    b"alnum": rb"0-9A-Za-z",
    b"alpha": rb"A-Za-z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": rb"0-9",
    b"graph": rb"!-~",
    b"lower": rb"a-z",
    b"print": rb" -~",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb"\t-\r ",
    b"upper": rb"A-Z",
    b"xdigit": rb"0-9A-Fa-f",
}
_STAR, _GLOBSTAR, _DEEP = b"[^/]*", b"(?:.*/)?", b".*"


class Unmatchable(ValueError):
    """The pattern is malformed; git lets it match nothing."""


def translate(pattern: bytes) -> bytes:
    """The regular expression, for `fullmatch` with DOTALL, that equals `pattern`.

    Raises Unmatchable for a class that is not closed and for a trailing backslash.
    """
    return _assemble(_tokens(pattern))


def _tokens(pattern: bytes) -> list[bytes]:
    tokens: list[bytes] = []
    at = 0
    while at < len(pattern):
        token, at = _next_token(pattern, at)
        tokens.append(token)
    return tokens


def _next_token(pattern: bytes, at: int) -> tuple[bytes, int]:
    char = pattern[at : at + 1]
    if char == b"*":
        return _stars(pattern, at)
    if char == b"?":
        return b"[^/]", at + 1
    if char == b"[":
        return _bracket(pattern, at + 1)
    if char == b"\\":
        at += 1
        if at == len(pattern):
            raise Unmatchable("trailing backslash")
    return re.escape(pattern[at : at + 1]), at + 1


def _stars(pattern: bytes, at: int) -> tuple[bytes, int]:
    end = at
    while pattern[end : end + 1] == b"*":
        end += 1
    fills_start = at == 0 or pattern[at - 1 : at] == b"/"
    rest = pattern[end:]
    if end - at < 2 or not fills_start or not (rest == b"" or rest.startswith((b"/", b"\\/"))):
        return _STAR, end
    return (_GLOBSTAR, end + 1) if rest.startswith(b"/") else (_DEEP, end)


def _bracket(pattern: bytes, at: int) -> tuple[bytes, int]:
    """The class that starts after `[` at `at`, never matching a slash."""
    negated = pattern[at : at + 1] in (b"!", b"^")
    at += negated
    parts: list[bytes] = []
    first = True
    while first or pattern[at : at + 1] != b"]":
        part, at = _member(pattern, at)
        parts.append(part)
        first = False
    members = b"".join(parts)
    if negated:
        return b"[^/" + members + b"]", at + 1
    return (b"(?!/)[" + members + b"]" if members else b"(?!)"), at + 1


def _member(pattern: bytes, at: int) -> tuple[bytes, int]:
    if pattern.startswith(b"[:", at):
        close = pattern.find(b"]", at + 2)
        if close < 0:
            raise Unmatchable("class is not closed")
        if pattern[close - 1 : close] == b":" and close - 1 >= at + 2:
            name = pattern[at + 2 : close - 1]
            if name not in _POSIX:
                raise Unmatchable("unknown class name")
            return _POSIX[name], close + 1
    low, at = _literal(pattern, at)
    if pattern[at : at + 1] != b"-" or pattern[at + 1 : at + 2] in (b"", b"]"):
        return b"\\x%02x" % low, at
    high, at = _literal(pattern, at + 1)
    # An upside-down range holds nothing; its first end still stands for itself.
    return b"\\x%02x" % low + (b"-\\x%02x" % high if low <= high else b""), at


def _literal(pattern: bytes, at: int) -> tuple[int, int]:
    at += pattern[at : at + 1] == b"\\"
    if at >= len(pattern):
        raise Unmatchable("class is not closed")
    return pattern[at], at + 1


def _assemble(tokens: list[bytes]) -> bytes:
    """Join the tokens, making what lies between two wildcards of a kind atomic."""
    pieces: list[list[bytes]] = [[]]
    for token in tokens:
        if token == _GLOBSTAR:
            pieces.append([])
        else:
            pieces[-1].append(token)
    parts = [_assemble_segments(piece) for piece in pieces]
    middle = b"".join(b"(?>(?:.*?/)??" + part + b")" for part in parts[1:-1])
    tail = _GLOBSTAR + parts[-1] if len(parts) > 1 else b""
    return parts[0] + middle + tail


def _assemble_segments(tokens: list[bytes]) -> bytes:
    runs: list[list[bytes]] = [[]]
    for token in tokens:
        runs[-1].append(token)
        if token == b"/":
            runs.append([])
    return b"".join(map(_assemble_segment, runs))


def _assemble_segment(tokens: list[bytes]) -> bytes:
    pieces: list[bytes] = [b""]
    for token in tokens:
        if token == _STAR:
            pieces.append(b"")
        else:
            pieces[-1] += token
    if len(pieces) == 1:
        return pieces[0]
    middle = b"".join(b"(?>[^/]*?" + piece + b")" for piece in pieces[1:-1])
    return pieces[0] + middle + _STAR + pieces[-1]
