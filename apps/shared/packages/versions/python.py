"""Versions and requirements of Python: PEP 440 through packaging, and poetry's own notation.

univers reads neither ``~=`` nor ``==1.*``, so packaging, which it builds on, is asked itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from packaging.specifiers import SpecifierSet
from packaging.version import Version

Allows: TypeAlias = Callable[[Version], bool]

_POETRY = re.compile(r"(\^|~(?!=))\s*([^\s,|]+)")


def python_requirement(text: str) -> Allows:
    """Pre-releases are only let in where the requirement names one.

    Raises:
        ValueError: it is an address or no requirement.
    """
    return _any_of(text, lambda found: bool(found.prereleases))


def python_last_resort(text: str) -> Allows:
    """The same with every pre-release let in: for when nothing else fits (PEP 440).

    Raises:
        ValueError: it is an address or no requirement.
    """
    return _any_of(text, lambda _: True)


def _any_of(text: str, early: Callable[[SpecifierSet], bool]) -> Allows:
    options = [SpecifierSet(_pep440(part)) for part in re.split(r"\|\|?", text)]

    def allowed(version: Version) -> bool:
        return any(found.contains(version, prereleases=early(found)) for found in options)

    return allowed


def _pep440(text: str) -> str:
    """One alternative in the notation of PEP 440; a star or nothing is any version."""
    text = text.strip().strip("()")
    if text in {"", "*", "any", "latest"}:
        return ""
    parts = (_part(part.strip()) for part in re.split(r"\s*,\s*|(?<=[\w*])\s+(?=[<>=!~^])", text))
    return ",".join(filter(None, parts))


def _part(text: str) -> str:
    if match := _POETRY.fullmatch(text):
        return _bounds(match[1], Version(match[2].removesuffix(".*")))
    if text == "*":
        return ""
    return f"=={text}" if text[:1].isdigit() else re.sub(r"^=(?!=)\s*", "==", text)


def _bounds(sign: str, version: Version) -> str:
    """Poetry's caret keeps the first number that is not zero, its tilde the first two given."""
    given = version.release
    if sign == "~":
        kept = min(len(given), 2)
    else:
        kept = next((place for place, number in enumerate(given, 1) if number), len(given))
    upper = ".".join(map(str, (*given[: kept - 1], given[kept - 1] + 1)))
    return f">={version},<{upper}.dev0"
