"""Which version of a package a code base has, where that is known exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence

from apps.singularity.patterns.engine.frameworks.model import DeclaredFact
from apps.singularity.patterns.engine.frameworks.packages import version_in

_NUMBER = r"\d+(?:\.\d+)*(?:[-.+]?[0-9A-Za-z][0-9A-Za-z.+-]*)?"
_EXACT = {
    "pypi": re.compile(rf"===?\s*v?({_NUMBER})"),
    "npm": re.compile(r"[=v]*\s*(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)"),
    "cargo": re.compile(rf"=\s*({_NUMBER})"),
    "hex": re.compile(rf"(?:==\s*)?({_NUMBER})"),
    "golang": re.compile(r"(v\d[\w.+-]*)"),
    "maven": re.compile(rf"\[?\s*({_NUMBER})\s*\]?"),
    "gem": re.compile(rf"(?:=\s*)?({_NUMBER})"),
}


def exact_version(purl: str, requirement: str) -> str:
    """The one version that a requirement allows, "" if it allows several.

    Ecosystems differ: a bare ``1.2`` is one version for Maven and RubyGems, a range for Cargo.
    go.mod names the least version, which minimal version selection takes unless another module
    asks for more.
    """
    ecosystem = purl.removeprefix("pkg:").partition("/")[0]
    pattern = _EXACT.get(ecosystem)
    found = pattern.fullmatch(requirement.strip()) if pattern else None
    return found[1] if found else ""


def locked_version(locks: Sequence[DeclaredFact], declared: DeclaredFact | None) -> str:
    """The version that the lock files give a package.

    Of several (npm installs some side by side) the lock file nearest above the manifest counts,
    there the version with the major number of the requirement, and of those the highest.
    """
    if not locks:
        return ""
    major = re.search(r"\d+", declared.requirement) if declared else None
    folder = _folder(declared.path) if declared else ""

    def rank(lock: DeclaredFact) -> tuple[bool, int, bool, tuple[int, ...]]:
        version, place = version_in(lock.purl), _folder(lock.path)
        numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:6])
        same_major = bool(major and numbers and numbers[0] == int(major[0]))
        return folder.startswith(place), len(place), same_major, numbers

    return version_in(max(locks, key=rank).purl)


def _folder(path: str) -> str:
    """The folder of a path with a slash at its end, "" for the root."""
    return path[: path.rfind("/") + 1]
