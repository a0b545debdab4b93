"""Words and colours of what pages of packages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from apps.shared.contracts.payloads.queries import ImplementedIn

SEVERITY_VARIANTS = {
    "critical": "danger",
    "high": "danger",
    "medium": "warning",
    "low": "info",
    "none": "info",
    "": "warning",
}
UNRATED = "unrated"
EVIDENCE = {
    "registry": "its registry is that language's own",
    "classifier": "a classifier names it",
    "build_system": "it is built by that language's tools",
    "native_code": "it ships or fetches compiled code",
    "crate_kind": "the kind of crate",
    "keyword": "its keywords name it",
}
STATE_VARIANTS = {"known": "success", "new": "info", "missing": "danger", "unread": "warning"}
OUTCOME_VARIANTS = {
    "changed": "success",
    "unchanged": "info",
    "missing": "warning",
    "left out": "warning",
    "failed": "danger",
}
FACTS = {
    "last_release_age": "Last release",
    "cadence": "Pace",
    "deprecated": "Deprecated",
    "yanked_share": "Yanked",
    "single_maintainer": "One maintainer",
    "advisories": "Advisories",
}
CONCERNS = frozenset({"deprecated", "yanked_share", "single_maintainer", "advisories"})
"""Facts that somebody who uses the package should look at."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A version with how many instances have it; ``share`` is of the widest bar, in percent."""

    version: str
    instances: int
    share: int


@dataclass(frozen=True, slots=True)
class Language:
    """A language and each piece of evidence for it, in words and as it was found."""

    name: str
    evidence: Sequence[tuple[str, str]]


def bars(spread: Mapping[str, int], *, limit: int) -> list[Bar]:
    """The versions that most instances have, as bars."""
    ordered = sorted(spread.items(), key=lambda one: (-one[1], one[0]))[:limit]
    most = max(spread.values(), default=1)
    return [Bar(version, number, max(1, round(100 * number / most))) for version, number in ordered]


def languages(found: Iterable[ImplementedIn]) -> list[Language]:
    """Languages by name, each with all its evidence."""
    ordered = sorted(found, key=attrgetter("language", "evidence"))
    return [
        Language(name, [(EVIDENCE.get(one.evidence, one.evidence), one.detail) for one in same])
        for name, same in groupby(ordered, key=attrgetter("language"))
    ]
