"""Versions and requirements of RubyGems, Maven and Go.

Sources: "Patterns" of the RubyGems guides (``~>``); "Dependency Version Requirement Specification"
of Maven's POM reference; "Declaring dynamic versions" of Gradle's manual, whose packages are
Maven's; "Minimal version selection" of the Go Modules Reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from univers import gem, maven

from apps.shared.packages.versions.semantic import HOLDS, Key, semantic_key

Allows: TypeAlias = Callable[[Any], bool]

# univers has no types for these
_GemVersion: Any = gem.GemVersion
_GemRequirement: Any = gem.GemRequirement
_MavenVersion: Any = maven.Version
_MavenRange: Any = maven.VersionRange

_END = (1, 0, "")
_FLOOR = (0, 0, "")
_EARLY = re.compile(r"alpha|beta|milestone|snapshot|preview|\b(?:rc|cr|m|ea|pre|b)[.-]?\d*\b")


def gem_key(version: str) -> Key:
    """A version of RubyGems: numbers sort after words, and after the end like a zero.

    univers compares these objects part by part, which costs seconds for 20,000 of them.

    Raises:
        ValueError: it is none.
    """
    if not _GemVersion.is_correct(version):
        raise ValueError(f"{version!r} is no version of RubyGems")
    return (*_gem_parts(_GemVersion(version)), _END)


def is_gem_prerelease(key: Key) -> bool:
    """Whether there is a letter in it."""
    return any(part[0] == 0 for part in key)


def gem_requirement(text: str) -> Allows:
    """Comparisons with commas between them; pre-releases only where one is named.

    Raises:
        ValueError: it is no requirement.
    """
    try:
        wanted = _GemRequirement.from_string(text.strip() or ">= 0").constraints
    except gem.InvalidRequirementError as error:
        raise ValueError(f"{text!r} is no requirement of RubyGems") from error
    early = any(one.version.prerelease() for one in wanted)
    bounds = [bound for one in wanted for bound in _gem_bounds(one.op, one.version)]

    def allowed(key: Key) -> bool:
        if is_gem_prerelease(key) and not early:
            return False
        return all(HOLDS[sign](key, at) for sign, at in bounds)

    return allowed


def _gem_parts(version: Any) -> Key:
    segments = version.canonical_segments
    return tuple((1, one, "") if isinstance(one, int) else (0, 0, one) for one in segments)


def _gem_bounds(sign: str, version: Any) -> list[tuple[str, Key]]:
    at = (*_gem_parts(version), _END)
    if sign != "~>":
        return [(sign, at)]
    return [(">=", at), ("<", (*_gem_parts(version.bump()), _FLOOR))]


def maven_key(version: str) -> Any:
    """A version of Maven; any text is one."""
    return _MavenVersion(version)


def is_maven_prerelease(key: Any) -> bool:
    """Whether a qualifier says so that Maven sorts before the release."""
    return bool(_EARLY.search(str(key).lower()))


def maven_requirement(text: str) -> Allows:
    """A range, a Gradle prefix such as ``1.+``, or one version, which Maven takes as it is.

    Raises:
        ValueError: it is no range.
    """
    text = re.sub(r"\s+", "", text)
    if not text or text.startswith("latest."):
        return lambda key: not is_maven_prerelease(key)
    if text.endswith("+"):
        return lambda key: str(key).startswith(text[:-1])
    if text[0] not in "[(":
        exact = _MavenVersion(text)
        return lambda key: bool(key == exact)
    wanted = _MavenRange(re.sub(r"(?<=\d)\[$", ")", text))
    return lambda key: key in wanted


def not_understood(text: str) -> Allows:
    """The requirements of an ecosystem whose notation is not read here.

    Raises:
        ValueError: always.
    """
    raise ValueError(f"{text!r} is in a notation that is not read")


def golang_requirement(text: str) -> Allows:
    """A lower bound within one major version, which a module's path names.

    Raises:
        ValueError: it is no version.
    """
    least = semantic_key(text.strip() or "v0.0.0")
    return lambda key: bool(key >= least and (key[0] <= 1) == (least[0] <= 1))
