"""Totals: those of one instance, and those of the fleet."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from apps.shared.contracts.payloads.base import Count, Language, Payload, Revision, Time, Word


class LanguageTotal(Payload):
    """How much code of a language there is."""

    language: Language
    files: Count
    chunks: Count
    lines: Count = 0


class PatternTotal(Payload):
    """How many patterns of a kind and language there are."""

    kind: Word
    language: Language
    patterns: Count


Languages = Annotated[tuple[LanguageTotal, ...], Field(max_length=200)]
Patterns = Annotated[tuple[PatternTotal, ...], Field(max_length=1_000)]


class StatisticsReported(Payload):
    """What an instance holds; the report of the highest revision is the one that counts."""

    revision: Revision
    codebases: Count
    files: Count
    chunks: Count
    vectors: Count
    languages: Languages = ()
    patterns: Patterns = ()
    architecture: Count = 0
    frameworks: Count = 0
    packages: Count = 0
    findings: Count = 0
    secrets: Count = 0
    reported_at: Time


class GlobalStatistics(Payload):
    """What the fleet holds together, as last computed."""

    revision: Revision
    generated_at: Time
    instances: Annotated[dict[Word, Count], Field(max_length=20)]
    codebases: Count
    files: Count
    chunks: Count
    languages: Languages = ()
    patterns: Patterns = ()
    shared_patterns: Count = 0
    architecture: Count = 0
    frameworks: Count = 0
    packages: Count = 0
    contributions: Count = 0
