"""Frameworks and tools as they travel: by key, purl and version."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from apps.shared.contracts.payloads.base import (
    NO_NUL,
    CodebaseState,
    Key,
    Line,
    Name,
    Payload,
    Purl,
    Share,
    Time,
    Version,
    check_once,
)

LIMIT = 2_000


class FrameworkFact(Payload):
    """One framework or tool in use; ``purl`` is empty where it comes as no package."""

    key: Key
    name: Name
    category: Key
    scope: Annotated[str, StringConstraints(max_length=40, pattern=NO_NUL)] = ""
    purl: Purl | None = None
    version: Version = ""
    requirement: Line = ""
    confidence: Share
    first_seen_at: Time


class FrameworksDetected(CodebaseState):
    """Frameworks that changed since the last revision, and keys of those withdrawn."""

    frameworks: Annotated[tuple[FrameworkFact, ...], Field(max_length=LIMIT)] = ()
    withdrawn: Annotated[tuple[Key, ...], Field(max_length=LIMIT)] = ()

    @model_validator(mode="after")
    def _each_fact_once(self) -> FrameworksDetected:
        check_once(fact.key for fact in self.frameworks)
        return self
