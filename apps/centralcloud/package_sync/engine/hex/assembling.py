"""A hex package's record, of its document and of those of its releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apps.centralcloud.package_sync.engine.hex.model import Package, Release, Retirement
from apps.centralcloud.package_sync.engine.implementation import (
    implementations,
    tools_implementation,
)
from apps.centralcloud.package_sync.engine.record import (
    EvidenceKind,
    Implementation,
    PackageRecord,
    VersionRecord,
)
from apps.shared.packages.licences import licence_expression
from apps.shared.packages.names import full_name, purl_of, purl_split
from apps.shared.packages.versions import is_prerelease, version_key, versions_sorted

_DISCOURAGED = frozenset(["deprecated", "renamed"])
"""Reasons to leave the package; the others ("security", "invalid") are those of one release."""


def record_assemble(
    name: str, package: Package, releases: Mapping[str, Release], *, digest: str
) -> PackageRecord:
    """The record; ``releases`` are those of which the document was asked for."""
    purl = purl_of("hex", name)
    latest = latest_version(package)
    retired = package.retirements.get(latest)
    text, licence = _licence(package.licences)
    written = {latest: (text, licence)}  # hex keeps those of the newest release only
    ordered = versions_sorted("hex", package.released)
    return PackageRecord(
        purl=purl,
        ecosystem="hex",
        namespace=purl_split(purl)[1],
        name=purl_split(purl)[2],
        digest=digest,
        versions=tuple(_version(one, package, releases, written) for one in ordered),
        latest=latest,
        summary=package.summary,
        licence=licence,
        homepage=package.homepage,
        repository=package.repository,
        deprecated=_deprecated(retired),
        maintainers=package.maintainers,
        downloads=package.downloads,
        downloads_days=package.downloads_days,
        implementations=_implementations(releases.get(latest)),
    )


def latest_version(package: Package) -> str:
    """The version that the API names, else the newest that is no pre-release nor retired."""
    if package.latest in package.released:
        return package.latest
    good = [one for one in package.released if one not in package.retirements]
    released = [one for one in good if not is_prerelease("hex", one)]
    every = released or good or list(package.released)
    return max(every, key=lambda one: version_key("hex", one), default="")


def _version(
    version: str,
    package: Package,
    releases: Mapping[str, Release],
    written: Mapping[str, tuple[str, str]],
) -> VersionRecord:
    retired = package.retirements.get(version)
    known = releases.get(version)
    text, licence = written.get(version, ("", ""))
    return VersionRecord(
        version=version,
        released_at=package.released[version],
        prerelease=is_prerelease("hex", version),
        yanked=retired is not None,
        yanked_reason=retired.text if retired else "",
        deprecated=_deprecated(retired),
        licence=licence,
        licence_text=text,
        dependencies=known.needs if known else None,
    )


def _deprecated(retired: Retirement | None) -> str:
    return retired.text if retired and retired.reason in _DISCOURAGED else ""


def _licence(names: Iterable[str]) -> tuple[str, str]:
    """What is written, and the expression: hex lists licences without saying how they belong."""
    texts = [name.strip() for name in names if name.strip()]
    found = [licence_expression(text) for text in texts]
    known = all(found) and bool(found)
    several = len(found) > 1
    parts = (f"({one})" if several and " OR " in one else one for one in dict.fromkeys(found))
    return ", ".join(texts), " AND ".join(parts) if known else ""


def _implementations(latest: Release | None) -> tuple[Implementation, ...]:
    """By the tools that build it, and the libraries with which its native code is built."""
    if latest is None:
        return ()
    needed = (full_name(need.purl) for need in latest.needs)
    return implementations(
        tools_implementation("hex", latest.build_tools),
        tools_implementation("hex", needed, EvidenceKind.NATIVE_CODE),
    )
