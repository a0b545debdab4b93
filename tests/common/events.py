"""Keys, payloads and signed events to test with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from apps.shared.contracts.event import Event, event_encode, event_of
from apps.shared.contracts.nkeys import NKey, seed_new
from apps.shared.contracts.payloads import CodePatternFact, CodePatternsLearned
from apps.shared.contracts.signatures import signature_of

SUBJECT = "intelligence.code.pattern.learned"
SOURCE = "/instances/team-a"
CODEBASE = "5f3a09c2d7e84b16a0b9c8d7e6f5a4b3"


def pattern(template: str = "open($A)", **fields: object) -> CodePatternFact:
    """A pattern fact whose signature is its template's."""
    given: dict[str, object] = {
        "kind": "idiom",
        "language": "python",
        "signature": signature_of("idiom", "python", template),
        "template": template,
        "occurrences": 7,
        "files": 3,
        "first_seen_at": datetime(2026, 1, 5, tzinfo=UTC),
    }
    return CodePatternFact.model_validate(given | fields)


def learned(*patterns: CodePatternFact, revision: int = 1) -> CodePatternsLearned:
    """A message of patterns of one code base."""
    return CodePatternsLearned(codebase=CODEBASE, revision=revision, patterns=patterns)


def key_new() -> NKey:
    """A key pair."""
    return NKey.from_seed(seed_new())


def signed(key: NKey, event: Event | None = None) -> tuple[Event, dict[str, str]]:
    """An event and its headers."""
    event = event or event_of(learned(pattern()), subject=SUBJECT, source=SOURCE)
    return event, event_encode(event, key)


def known(*keys: NKey) -> Callable[[str], Sequence[str]]:
    """Every source may sign with these."""
    return lambda _source: [key.public for key in keys]
