"""Records of packages as a registry's client makes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from packageurl import PackageURL

from apps.centralcloud.package_sync.engine.record import (
    DependencyRecord,
    PackageRecord,
    VersionRecord,
)

START = datetime(2025, 1, 1, tzinfo=UTC)
Needs = Mapping[str, str]


def dependencies(needs: Needs | None) -> tuple[DependencyRecord, ...] | None:
    """Dependencies by purl and requirement; None: they were not asked for."""
    if needs is None:
        return None
    return tuple(DependencyRecord(purl=purl, requirement=text) for purl, text in needs.items())


def version(text: str, needs: Needs | None = None, /, **facts: Any) -> VersionRecord:
    """A version that needs this."""
    return VersionRecord(version=text, dependencies=dependencies(needs), **facts)


def record(
    purl: str, versions: Sequence[VersionRecord | str] = (), /, **facts: Any
) -> PackageRecord:
    """A package with these versions, oldest first; those given as text came out a day apart.

    Its digest is that of all it says, as if that were the registry's document.
    """
    named = PackageURL.from_string(purl)
    made = tuple(
        VersionRecord(version=one, released_at=START + timedelta(days=day), dependencies=())
        if isinstance(one, str)
        else one
        for day, one in enumerate(versions)
    )
    said = {
        "purl": purl,
        "ecosystem": named.type,
        "namespace": named.namespace or "",
        "name": named.name,
        "versions": made,
        "latest": made[-1].version if made else "",
    } | facts
    digest = hashlib.sha256(repr(said).encode()).hexdigest()
    return PackageRecord(**{"digest": digest, **said})
