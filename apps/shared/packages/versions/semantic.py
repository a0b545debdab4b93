"""Versions in three numbers and ranges of them: what npm, cargo, hex and composer have in common.

Order: Semantic Versioning 2.0.0, section 11. Ranges are kept as bounds on keys. univers has the
order right, but reads neither cargo's nor hex's requirements, takes ``^1.2`` of npm for a version
and lets pre-releases into every range, so ranges are read here.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from univers.versions import SemverVersion

Key: TypeAlias = tuple[Any, ...]
"""Major, minor, patch, pre-release, and what univers finds behind three numbers."""
Alternatives: TypeAlias = "tuple[tuple[Bound, ...], ...]"

RELEASE = (1,)
FLOOR = (0,)
"""Stands before the first pre-release."""
_STRICT = re.compile(r"[vV]?(\d{1,18})\.(\d{1,18})\.(\d{1,18})(?:-([0-9A-Za-z.-]+))?(?:\+\S*)?")
_NUMBER = r"(\d{1,18}|[xX*])"
_PARTIAL = re.compile(
    rf"[vV]?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:-([0-9A-Za-z.-]+))?(?:\+\S*)?"
)
_SIGNED = re.compile(r"(===|==|=|!=|!|<>|>=|<=|>|<|~>|~|\^)?\s*(\S+)")
HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Bound:
    """One comparison with a key; ``named``: who wrote it names a pre-release."""

    sign: str
    at: Key
    named: bool = False

    def holds(self, key: Key) -> bool:
        """Whether a version lies on the right side; what is built of it does not matter."""
        return HOLDS[self.sign](key[:4], self.at)


@dataclass(frozen=True, slots=True)
class Partial:
    """A version of which the last numbers may be missing or a star."""

    numbers: tuple[int, ...]
    pre: Key

    @property
    def lower(self) -> Key:
        """The first version that it stands for."""
        return (*self._padded(), self.pre)

    def above(self, places: int) -> Key:
        """What comes after all versions that share the first ``places`` numbers, at least one."""
        kept = self._padded()[:places]
        return (*kept[:-1], kept[-1] + 1, *(0,) * (3 - places), FLOOR)

    def _padded(self) -> tuple[int, ...]:
        return (*self.numbers, 0, 0, 0)[:3]


def semantic_key(version: str) -> Key:
    """A sortable key; versions with fewer or more numbers are read as univers does.

    Raises:
        ValueError: there is no number in front.
    """
    match = _STRICT.fullmatch(version)
    if match:
        return (int(match[1]), int(match[2]), int(match[3]), _pre(match[4]), ())
    value = SemverVersion(version).value
    pre = _pre(".".join(value.prerelease))
    return (value.major, value.minor, value.patch, pre, _ids(".".join(value.build)))


def is_semantic_prerelease(key: Key) -> bool:
    """Whether a version has a pre-release behind its numbers."""
    return bool(key[3] != RELEASE)


def signed(text: str, default: str) -> tuple[str, Partial]:
    """A comparison taken apart: ``^1.2`` is a caret and the version 1.2.

    Raises:
        ValueError: it is none.
    """
    match = _SIGNED.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no comparison")
    return match[1] or default, _partial(match[2])


def compared(sign: str, version: Partial) -> tuple[Bound, ...]:
    """The bounds of one comparison: ``< 1.2`` lies before 1.2.0, ``> 1.2`` after all of 1.2."""
    given, named = len(version.numbers), version.pre != RELEASE
    if given == 3 or sign in {">=", "!="}:
        return (Bound(sign, version.lower, named),)
    if sign == "<":
        return (Bound("<", (*version.lower[:3], FLOOR)),)
    if not given:
        return (Bound(">=" if sign in {"=", "<="} else "<", (0, 0, 0, RELEASE)),)
    if sign == ">":
        return (Bound(">=", version.above(given)),)
    upper = Bound("<", version.above(given))
    return (upper,) if sign == "<=" else (Bound(">=", version.lower), upper)


def caret(version: Partial) -> tuple[Bound, ...]:
    """All that leave the first number that is not zero as it is."""
    given = version.numbers
    places = next((place for place, number in enumerate(given, 1) if number), len(given))
    return sharing(version, places)


def sharing(version: Partial, places: int) -> tuple[Bound, ...]:
    """From this version on, all that have the same first numbers."""
    lower = Bound(">=", version.lower, version.pre != RELEASE)
    return (lower, Bound("<", version.above(places))) if places else (lower,)


def allowed_by(
    alternatives: Alternatives, prerelease: Callable[[Sequence[Bound], Key], bool]
) -> Callable[[Key], bool]:
    """A predicate on keys; ``prerelease`` says whether bounds that hold let a pre-release in."""

    def allowed(key: Key) -> bool:
        early = is_semantic_prerelease(key)
        return any(
            all(bound.holds(key) for bound in bounds) and (not early or prerelease(bounds, key))
            for bounds in alternatives
        )

    return allowed


def _partial(text: str) -> Partial:
    match = _PARTIAL.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no version")
    numbers: list[int] = []
    for number in (match[1], match[2], match[3]):
        if number is None or not number.isdigit():
            break
        numbers.append(int(number))
    return Partial(tuple(numbers), _pre(match[4] if len(numbers) == 3 else None))


@lru_cache(maxsize=65_536)
def _identifier(text: str) -> Key:
    """Numbers sort before words, by their value."""
    return (0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text)


def _ids(text: str | None) -> Key:
    return tuple(_identifier(part) for part in text.split(".")) if text else ()


def _pre(text: str | None) -> Key:
    return (0, *_ids(text)) if text else RELEASE
