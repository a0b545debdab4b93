"""Frameworks and tools as they travel: by key, purl and version."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from apps.shared.contracts.payloads.base import (
    CodebaseState,
    Key,
    Line,
    Name,
    Payload,
    Purl,
    Share,
    Time,
    Version,
)

LIMIT = 2_000


class FrameworkFact(Payload):
    """One framework or tool in use; ``purl`` is empty where it comes as no package."""

    key: Key
    name: Name
    category: Key
    scope: Annotated[str, Field(max_length=40)] = ""
    purl: Purl | None = None
    version: Version = ""
    requirement: Line = ""
    confidence: Share
    first_seen_at: Time


class FrameworksDetected(CodebaseState):
    """Frameworks that changed since the last revision, and keys of those withdrawn."""

    frameworks: Annotated[tuple[FrameworkFact, ...], Field(max_length=LIMIT)] = ()
    withdrawn: Annotated[tuple[Key, ...], Field(max_length=LIMIT)] = ()
