"""The rows that a message of learned facts comes to, as COPY takes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.shared.contracts.payloads.architecture import ArchitecturePatternsLearned
from apps.shared.contracts.payloads.base import CodebaseState
from apps.shared.contracts.payloads.code import CodePatternsLearned
from apps.shared.contracts.payloads.frameworks import FrameworksDetected
from apps.shared.contracts.payloads.packages import PackagesDeclared

MICROSECONDS = 1_000_000
KIND_LENGTH = 80
"""Characters of a kind that are kept: the type of a purl has no bound of its own."""
COLUMNS: tuple[tuple[str, str], ...] = (
    ("withdrawn", "bool"),
    ("key", "text"),
    ("kind", "text"),
    ("language", "text"),
    ("name", "text"),
    ("occurrences", "int8"),
    ("files", "int8"),
    ("opportunities", "int8"),
    ("confidence", "float8"),
    ("details", "text"),
    ("first_seen_at", "timestamptz"),
    ("withdrawn_at", "timestamptz"),
)
"""Names and PostgreSQL types of a row's fields; ``details`` is JSON."""
FactRow = tuple[
    bool, str, str, str, str, int, int, int | None, float | None, str,
    datetime | None, datetime | None,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One message: whose code base, how far, when the stream took it, and the facts it tells."""

    instance: str
    state: CodebaseState
    stored_at: datetime

    def withdrawn(self, keys: Iterable[str]) -> Iterator[FactRow]:
        """Rows of facts that hold no more."""
        at = min(self.stored_at, revision_time(self.state.revision))
        for key in keys:
            yield True, key, "", "", "", 0, 0, None, None, "{}", None, at


def revision_time(revision: int) -> datetime:
    """A revision as the time it was taken from the sender's clock."""
    return datetime.fromtimestamp(revision / MICROSECONDS, UTC)


def pattern_rows(told: Told, payload: CodePatternsLearned) -> Iterator[FactRow]:
    """Code patterns."""
    latest = told.stored_at
    for fact in payload.patterns:
        yield (
            False, fact.signature, fact.kind, fact.language, fact.template, fact.occurrences,
            fact.files, fact.opportunities, None, "{}", min(fact.first_seen_at, latest), None,
        )  # fmt: skip
    yield from told.withdrawn(payload.withdrawn)


def architecture_rows(told: Told, payload: ArchitecturePatternsLearned) -> Iterator[FactRow]:
    """Architecture patterns: each occurs once in a code base."""
    for fact in payload.patterns:
        details = _json({"evidence": sorted(set(fact.evidence))})
        seen = min(fact.first_seen_at, told.stored_at)
        yield (
            False, fact.key, "", "", fact.name, 1, 0, None, fact.confidence, details, seen, None,
        )  # fmt: skip
    yield from told.withdrawn(payload.withdrawn)


def framework_rows(told: Told, payload: FrameworksDetected) -> Iterator[FactRow]:
    """Frameworks and tools: each occurs once in a code base."""
    for fact in payload.frameworks:
        details = _json(
            {
                "versions": [fact.version] if fact.version else [],
                "purl": fact.purl or "",
                "scope": fact.scope,
                "requirement": fact.requirement,
            }
        )
        seen = min(fact.first_seen_at, told.stored_at)
        yield (
            False, fact.key, fact.category, "", fact.name, 1, 0, None, fact.confidence, details,
            seen, None,
        )  # fmt: skip
    yield from told.withdrawn(payload.withdrawn)


def package_rows(told: Told, payload: PackagesDeclared) -> Iterator[FactRow]:
    """Declared packages: each occurs once in a code base."""
    for fact in payload.packages:
        details = _json(
            {
                "versions": sorted(set(fact.versions)),
                "requirements": sorted(set(fact.requirements)),
                "scopes": sorted(set(fact.scopes)),
            }
        )
        seen = min(fact.first_seen_at, told.stored_at)
        yield (
            False, fact.purl, ecosystem(fact.purl), "", fact.purl, 1, 0, None, None, details, seen,
            None,
        )  # fmt: skip
    yield from told.withdrawn(payload.withdrawn)


def ecosystem(purl: str) -> str:
    """The type of a purl: pypi, npm, cargo ..."""
    return purl.removeprefix("pkg:").partition("/")[0][:KIND_LENGTH].lower()


def _json(details: dict[str, object]) -> str:
    return json.dumps(details, separators=(",", ":"))
