"""Whether what is said of a package's versions concerns what a code base declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from apps.shared.packages.versions import newest_allowed, version_key


@dataclass(frozen=True, slots=True)
class Declaration:
    """A package that a code base declares; ``version`` is that of a lock file, else empty."""

    codebase: str
    version: str = ""
    requirement: str = ""


@dataclass(frozen=True, slots=True)
class Here:
    """What of a code base is concerned.

    ``locked``: a lock file has this version. Otherwise it is the newest affected one that the
    requirement allows; of a package that is concerned as a whole it may be empty.
    """

    codebase: str
    version: str
    requirement: str
    locked: bool


def concerned(
    declared: Iterable[Declaration],
    *,
    ecosystem: str,
    affected: Sequence[str],
    fixed: Sequence[str],
) -> list[Here]:
    """What is concerned, by code base, version and requirement; each once.

    Where a code base has lock files, those decide. Where it has none, a fresh installation would
    take the newest version that a requirement allows: one that lets a newer, fixed version in is
    not concerned.

    Args:
        affected: none means every version.
    """
    codebases: dict[str, list[Declaration]] = defaultdict(list)
    for one in declared:
        codebases[one.codebase].append(one)
    found = {
        here
        for rows in codebases.values()
        for here in (_locked if any(row.version for row in rows) else _required)(
            rows, ecosystem, affected, fixed
        )
    }

    def order(one: Here) -> tuple[object, ...]:
        return one.codebase, version_key(ecosystem, one.version), one.version, one.requirement

    return sorted(found, key=order)


def _locked(
    rows: Iterable[Declaration], ecosystem: str, affected: Sequence[str], fixed: Sequence[str]
) -> Iterator[Here]:
    keys = [version_key(ecosystem, version) for version in affected]
    for row in rows:
        if row.version and (not keys or version_key(ecosystem, row.version) in keys):
            yield Here(row.codebase, row.version, "", locked=True)


def _required(
    rows: Iterable[Declaration], ecosystem: str, affected: Sequence[str], fixed: Sequence[str]
) -> Iterator[Here]:
    for row in rows:
        version = newest_allowed(ecosystem, [row.requirement], [*affected, *fixed])
        if not affected or version in affected:
            yield Here(row.codebase, version, row.requirement, locked=False)
