"""Declared dependencies as they travel: by purl and requirement."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from apps.shared.contracts.payloads.base import (
    CodebaseState,
    Payload,
    Purl,
    Requirement,
    Time,
    Version,
    Word,
    check_once,
)

LIMIT = 4_000
VALUES_LIMIT = 20


class PackageFact(Payload):
    """One package that a code base declares, over all its manifests.

    ``purl`` has no version; ``versions`` are those that lock files pin. Lists are sorted.
    """

    purl: Purl
    requirements: Annotated[tuple[Requirement, ...], Field(max_length=VALUES_LIMIT)] = ()
    versions: Annotated[tuple[Version, ...], Field(max_length=VALUES_LIMIT)] = ()
    scopes: Annotated[tuple[Word, ...], Field(max_length=VALUES_LIMIT)] = ()
    first_seen_at: Time


class PackagesDeclared(CodebaseState):
    """Dependencies that changed since the last revision, and purls of those withdrawn."""

    packages: Annotated[tuple[PackageFact, ...], Field(max_length=LIMIT)] = ()
    withdrawn: Annotated[tuple[Purl, ...], Field(max_length=LIMIT)] = ()

    @model_validator(mode="after")
    def _each_fact_once(self) -> PackagesDeclared:
        check_once(fact.purl for fact in self.packages)
        return self
