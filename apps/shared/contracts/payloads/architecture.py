"""Architecture patterns as they travel: from the product's own vocabulary, without a path."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from apps.shared.contracts.payloads.base import (
    CodebaseState,
    Key,
    Name,
    Payload,
    Share,
    Time,
    Word,
    check_once,
)

LIMIT = 200


class ArchitectureFact(Payload):
    """One architecture pattern; ``evidence`` are the kinds of indicator that speak for it."""

    key: Key
    name: Name
    confidence: Share
    evidence: Annotated[tuple[Word, ...], Field(max_length=20)] = ()
    first_seen_at: Time


class ArchitecturePatternsLearned(CodebaseState):
    """Architecture patterns that changed since the last revision, and keys of those withdrawn."""

    patterns: Annotated[tuple[ArchitectureFact, ...], Field(max_length=LIMIT)] = ()
    withdrawn: Annotated[tuple[Key, ...], Field(max_length=LIMIT)] = ()

    @model_validator(mode="after")
    def _each_fact_once(self) -> ArchitecturePatternsLearned:
        check_once(fact.key for fact in self.patterns)
        return self
