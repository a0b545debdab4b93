"""A crate's record, of what its index and its API say."""

from __future__ import annotations

from collections.abc import Mapping

from apps.centralcloud.package_sync.engine.cargo.evidence import crate_implementations
from apps.centralcloud.package_sync.engine.cargo.model import Crate, Published, Release
from apps.centralcloud.package_sync.engine.record import PackageRecord, VersionRecord
from apps.shared.packages.licences import licence_expression
from apps.shared.packages.names import purl_of
from apps.shared.packages.versions import is_prerelease, version_key, versions_sorted


def record_assemble(
    name: str,
    releases: Mapping[str, Release],
    crate: Crate,
    *,
    maintainers: int | None,
    digest: str,
) -> PackageRecord:
    """The record of the versions that there are; the API adds to them what it knows."""
    latest = latest_version(releases, crate.latest)
    published = crate.versions.get(latest)
    ordered = versions_sorted("cargo", releases)
    return PackageRecord(
        purl=purl_of("cargo", name),
        ecosystem="cargo",
        namespace="",
        name=name,
        digest=digest,
        versions=tuple(_version(releases[one], crate.versions.get(one)) for one in ordered),
        latest=latest,
        summary=crate.summary,
        licence=licence_expression(published.licence) if published else "",
        keywords=crate.keywords,
        homepage=crate.homepage,
        repository=crate.repository,
        maintainers=maintainers,
        downloads=crate.downloads,
        downloads_days=crate.downloads_days,
        implementations=crate_implementations(name, releases.get(latest), published),
    )


def latest_version(releases: Mapping[str, Release], named: str) -> str:
    """The version that the API names, else the newest one that cargo would take for ``*``."""
    if named in releases and not releases[named].yanked:
        return named
    there = [one.version for one in releases.values() if not one.yanked]
    released = [one for one in there if not is_prerelease("cargo", one)]
    return max(released or there, key=lambda one: version_key("cargo", one), default="")


def _version(release: Release, published: Published | None) -> VersionRecord:
    text = published.licence if published else ""
    return VersionRecord(
        version=release.version,
        released_at=published.released_at if published else release.released_at,
        prerelease=is_prerelease("cargo", release.version),
        yanked=release.yanked,
        yanked_reason=published.yanked_reason if published and release.yanked else "",
        size=published.size if published else None,
        licence=licence_expression(text),
        licence_text=text,
        dependencies=release.needs,
    )
