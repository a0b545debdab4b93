"""Packages as a registry's client describes them, and as code bases declare them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.centralcloud.package_sync.engine.record import (
    DependencyRecord,
    PackageRecord,
    VersionRecord,
)
from apps.centralcloud.package_sync.models import Use, UsedVersion, Version
from apps.centralcloud.package_sync.services.storing import package_ensure
from apps.shared.packages.names import purl_split

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
    ecosystem, namespace, name, _ = purl_split(purl)
    made = tuple(
        VersionRecord(version=one, released_at=START + timedelta(days=day), dependencies=())
        if isinstance(one, str)
        else one
        for day, one in enumerate(versions)
    )
    said = {
        "purl": purl,
        "ecosystem": ecosystem,
        "namespace": namespace,
        "name": name,
        "versions": made,
        "latest": made[-1].version if made else "",
    } | facts
    digest = hashlib.sha256(repr(said).encode()).hexdigest()
    return PackageRecord(**{"digest": digest, **said})


def declare(purl: str, *instances: str, versions: Sequence[str] = ()) -> None:
    """Have a code base of each instance declare a package, with these versions of it."""
    package = package_ensure([purl])[purl]
    known = dict(Version.objects.filter(package=package).values_list("version", "pk"))
    for instance in instances:
        use = Use.objects.create(package_id=package, instance=instance, codebase="c" * 32)
        UsedVersion.objects.bulk_create(
            UsedVersion(use=use, text=text, pinned=True, version_id=known.get(text))
            for text in versions
        )
