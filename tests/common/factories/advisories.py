"""Documents in OSV schema, and packages that they may affect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apps.centralcloud.package_sync.models import Package, Version
from apps.shared.packages.names import purl_of, purl_split
from apps.shared.packages.versions import versions_sorted

ECOSYSTEMS = {"npm": "npm", "pypi": "PyPI", "cargo": "crates io", "hex": "Hex"}
"""OSV's names by purl type; of cargo's only the letters count."""
V31_HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
"""7.5 by the specification's formula."""


def events(*pairs: tuple[str, str], kind: str = "SEMVER") -> dict[str, Any]:
    """A range of (event, version)."""
    return {"type": kind, "events": [{event: version} for event, version in pairs]}


def below(fixed: str) -> dict[str, Any]:
    """Everything before a version."""
    return events(("introduced", "0"), ("fixed", fixed))


def affected(
    purl: str, *ranges: Mapping[str, Any], versions: Iterable[str] = (), **fields: Any
) -> dict[str, Any]:
    """An entry of ``affected`` for a package."""
    kind, namespace, name, _ = purl_split(purl)
    package = {"ecosystem": ECOSYSTEMS[kind], "name": "/".join(filter(None, (namespace, name)))}
    return {"package": package, "ranges": list(ranges), "versions": list(versions), **fields}


def document(osv_id: str, *entries: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """An advisory of one vulnerability."""
    return {
        "schema_version": "1.7.0",
        "id": osv_id,
        "modified": "2026-05-01T00:00:00Z",
        "published": "2026-04-01T00:00:00Z",
        "summary": f"What {osv_id} is about",
        "severity": [{"type": "CVSS_V3", "score": V31_HIGH}],
        "affected": list(entries),
        **fields,
    }


def package(purl: str, *versions: str, **fields: Any) -> Package:
    """A package that its registry was asked for, with these versions."""
    kind, namespace, name, _ = purl_split(purl)
    row = Package.objects.create(
        purl=purl_of(kind, "/".join(filter(None, (namespace, name)))),
        ecosystem=kind,
        namespace=namespace,
        name=name,
        **{"state": Package.State.KNOWN, "shown": True, **fields},
    )
    versions_add(row, *versions)
    return row


def versions_add(row: Package, *versions: str) -> None:
    """More versions of a package."""
    first = row.versions.count()
    Version.objects.bulk_create(
        Version(package=row, version=version, position=first + place)
        for place, version in enumerate(versions_sorted(row.ecosystem, versions))
    )
