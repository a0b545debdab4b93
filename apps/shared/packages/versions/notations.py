"""Requirements of npm, cargo, hex and composer, each in its own notation.

Sources: npm: the README of node-semver. cargo: The Cargo Book, "Specifying Dependencies", and the
documentation of the crate semver. hex: ``Version`` of Elixir; where it says that ``allow_pre`` is
left to the caller, pre-releases are only let in where they are named, as Hex itself does it.
composer: "Versions and constraints" of its manual.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from apps.shared.packages.versions.semantic import (
    Bound,
    Key,
    allowed_by,
    caret,
    compared,
    sharing,
    signed,
)

Allows: TypeAlias = Callable[[Key], bool]

_AFTER_SIGN = re.compile(r"(?<=[<>=~^!])\s+")
_HYPHEN = re.compile(r"\s*(\S+)\s+-\s+(\S+)\s*")
_STABILITY = re.compile(r"@(?:dev|alpha|beta|RC|stable)\b", re.IGNORECASE)
_EQUAL = frozenset(["==", "==="])
_UNEQUAL = frozenset(["!", "<>"])
_ANY = frozenset(["", "latest"])


def npm_requirement(text: str) -> Allows:
    """Of ``package.json``; the tag ``latest`` is taken for any release.

    Raises:
        ValueError: it is another tag, an address, or no range.
    """
    text = "*" if text.strip() in _ANY else text
    alternatives = tuple(_npm_range(part) for part in text.split("||"))
    return allowed_by(alternatives, _same_numbers)


def cargo_requirement(text: str) -> Allows:
    """Of ``Cargo.toml``: without a sign it is a caret.

    Raises:
        ValueError: it is no requirement.
    """
    parts = (text.strip() or "*").split(",")
    return allowed_by((_bounds(parts, default="^"),), _same_numbers)


def hex_requirement(text: str) -> Allows:
    """Of ``mix.exs``: ``~>`` leaves all but the last number written as it is.

    Raises:
        ValueError: it is no requirement.
    """
    options = re.split(r"\s+or\s+", text.strip() or ">= 0.0.0")
    alternatives = tuple(_bounds(re.split(r"\s+and\s+", one), "=") for one in options)
    return allowed_by(alternatives, _named_below)


def composer_requirement(text: str) -> Allows:
    """Of ``composer.json``: ``~`` leaves all but the last number written as it is.

    Raises:
        ValueError: it is a branch, or no constraint.
    """
    options = re.split(r"\s*\|\|?\s*", _STABILITY.sub("", text).strip() or "*")
    return allowed_by(tuple(_composer_range(one) for one in options), _named_below)


def _npm_range(text: str) -> tuple[Bound, ...]:
    if match := _HYPHEN.fullmatch(text):
        return _bounds([f">={match[1]}", f"<={match[2]}"])
    parts = _AFTER_SIGN.sub("", text).split()
    return _bounds([part.replace("~>", "~") for part in parts] or ["*"])


def _composer_range(text: str) -> tuple[Bound, ...]:
    if match := _HYPHEN.fullmatch(text):
        return _bounds([f">={match[1]}", f"<={match[2]}"])
    parts = re.split(r"[,\s]+", _AFTER_SIGN.sub("", text).strip())
    return _bounds([re.sub(r"^~(?!>)", "~>", part) for part in parts])


def _bounds(parts: Sequence[str], default: str = "=") -> tuple[Bound, ...]:
    return tuple(bound for part in parts for bound in _comparison(part, default))


def _comparison(part: str, default: str) -> tuple[Bound, ...]:
    sign, version = signed(part, "")
    given = len(version.numbers)
    if not sign:
        sign = "=" if _is_wildcard(part) else default
    if sign == "^":
        return caret(version)
    if sign == "~":
        return sharing(version, min(given, 2))
    if sign == "~>":
        return sharing(version, max(given - 1, min(given, 1)))
    sign = "=" if sign in _EQUAL else "!=" if sign in _UNEQUAL else sign
    return compared(sign, version)


def _is_wildcard(part: str) -> bool:
    return bool(re.search(r"(?:^|\.)[xX*]$", part.strip()))


def _same_numbers(bounds: Sequence[Bound], key: Key) -> bool:
    """A pre-release must be asked for with its own three numbers (node-semver, cargo)."""
    return any(bound.named and bound.at[:3] == key[:3] for bound in bounds)


def _named_below(bounds: Sequence[Bound], key: Key) -> bool:
    """A pre-release must be named where a range begins (``match_op?`` of Elixir's ``Version``)."""
    return all(bound.named for bound in bounds if bound.sign in {">", ">="})
