"""Architecture patterns as they travel: from the product's own vocabulary, without a path."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from apps.shared.contracts.payloads.base import CodebaseState, Key, Name, Payload, Share, Time, Word

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
