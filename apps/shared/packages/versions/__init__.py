"""Versions of packages: their order, and which of them a requirement allows.

Each ecosystem has its own order and notation; the table below says who reads them. A requirement
that is not understood, such as an address or a branch, is told from one that nothing meets.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from packaging.version import Version as PythonVersion

from apps.shared.packages.versions import notations, others, python, semantic
from apps.shared.packages.versions.exact import exact_version

__all__ = [
    "allows",
    "exact_version",
    "is_prerelease",
    "newest_allowed",
    "version_key",
    "versions_sorted",
]

Allows: TypeAlias = Callable[[Any], bool]

_KEPT = 65_536
"""Keys are asked for again and again while a package's versions are sorted and matched."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one ecosystem reads versions and requirements; all functions raise ValueError.

    ``last_resort`` reads a requirement once more where nothing was found. ``oldest``: the oldest
    version that is allowed is taken, and not the newest.
    """

    key: Callable[[str], Any]
    is_prerelease: Callable[[Any], bool]
    requirement: Callable[[str], Allows]
    last_resort: Callable[[str], Allows] | None = None
    oldest: bool = False


def _semantic(requirement: Callable[[str], Allows], *, oldest: bool = False) -> Scheme:
    early = semantic.is_semantic_prerelease
    return Scheme(semantic.semantic_key, early, requirement, oldest=oldest)


_SCHEMES = {
    "cargo": _semantic(notations.cargo_requirement),
    "composer": _semantic(notations.composer_requirement),
    "gem": Scheme(others.gem_key, others.is_gem_prerelease, others.gem_requirement),
    "golang": _semantic(others.golang_requirement, oldest=True),
    "hex": _semantic(notations.hex_requirement),
    "maven": Scheme(others.maven_key, others.is_maven_prerelease, others.maven_requirement),
    "npm": _semantic(notations.npm_requirement),
    "pypi": Scheme(
        PythonVersion,
        lambda key: bool(key.is_prerelease),
        python.python_requirement,
        python.python_last_resort,
    ),
}
_OTHER = _semantic(others.not_understood)


@lru_cache(maxsize=_KEPT)
def version_key(ecosystem: str, version: str) -> Any:
    """What versions of one ecosystem sort by; those it cannot read come first, by their text."""
    try:
        return (1, _scheme(ecosystem).key(version)) if version.strip() else (0, version)
    except ValueError:
        return (0, version)


def versions_sorted(ecosystem: str, versions: Iterable[str]) -> list[str]:
    """Versions, oldest first."""
    return sorted(versions, key=lambda version: version_key(ecosystem, version))


def is_prerelease(ecosystem: str, version: str) -> bool:
    """Whether a version comes before a release; not said of one that cannot be read."""
    known, key = version_key(ecosystem, version)
    return bool(known) and _scheme(ecosystem).is_prerelease(key)


def allows(ecosystem: str, requirement: str, version: str) -> bool | None:
    """Whether a requirement allows a version; None if either is not understood."""
    known, key = version_key(ecosystem, version)
    allowed = _predicate(ecosystem, requirement)
    return None if allowed is None or not known else allowed(key)


def newest_allowed(ecosystem: str, requirements: Collection[str], versions: Iterable[str]) -> str:
    """The version that a fresh installation takes; empty if none fits, or one is not understood.

    It is the newest that all requirements allow; where the ecosystem takes the oldest (Go), that.
    """
    keys = [(version_key(ecosystem, version), version) for version in versions]
    keys = sorted((one for one in keys if one[0][0]), reverse=not _scheme(ecosystem).oldest)
    for predicate in (_predicate, _last_resort):
        tests = [predicate(ecosystem, one) for one in requirements or [""]]
        if None in tests:
            return ""
        fitting = (text for (_, key), text in keys if all(test and test(key) for test in tests))
        if found := next(fitting, ""):
            return found
    return ""


def _scheme(ecosystem: str) -> Scheme:
    return _SCHEMES.get(ecosystem, _OTHER)


@lru_cache(maxsize=8_192)
def _predicate(ecosystem: str, requirement: str) -> Allows | None:
    return _read(_scheme(ecosystem).requirement, requirement)


@lru_cache(maxsize=8_192)
def _last_resort(ecosystem: str, requirement: str) -> Allows | None:
    scheme = _scheme(ecosystem)
    return _read(scheme.last_resort or scheme.requirement, requirement)


def _read(read: Callable[[str], Allows], requirement: str) -> Allows | None:
    try:
        return read(requirement)
    except ValueError:
        return None
