"""A packument, and the record that is made of it.

Sources: npm's registry documentation, "Package Metadata"; npm's documentation, "npm deprecate" and
"npm unpublish".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.centralcloud.package_sync.engine.npm.authored import (
    homepage_of,
    keywords_of,
    licence_of,
    repository_of,
    text_of,
)
from apps.centralcloud.package_sync.engine.npm.evidence import package_implementations
from apps.centralcloud.package_sync.engine.npm.naming import scope_of
from apps.centralcloud.package_sync.engine.npm.needs import needs_read
from apps.centralcloud.package_sync.engine.reading import TEXT, Part, clean
from apps.centralcloud.package_sync.engine.record import (
    DependencyRecord,
    PackageRecord,
    VersionRecord,
)
from apps.centralcloud.package_sync.engine.registry import Malformed
from apps.shared.packages.licences import licence_expression
from apps.shared.packages.names import purl_of
from apps.shared.packages.versions import is_prerelease, version_key, versions_sorted

MOST_VERSIONS = 20_000
LONGEST_VERSION = 100
UNPUBLISHED = "unpublished"
_NO_VERSIONS = frozenset({"created", "modified", UNPUBLISHED})


@dataclass(frozen=True, slots=True)
class Packument:
    """A packument whose name was checked. ``latest`` is empty where nothing is left."""

    name: str
    document: Part
    latest: str

    @classmethod
    def of(cls, name: str, document: Part) -> Packument:
        """A packument as it came.

        Raises:
            Malformed: it is of another package, or has no versions where it must have some.
        """
        if document.name("name") != name:
            raise Malformed("the packument is of another package")
        return cls(name, document, _latest(document))

    @property
    def manifest(self) -> Part:
        """The manifest of the latest version; an empty one where nothing is left."""
        return self.document.table("versions").table(self.latest)


def record_assemble(
    packument: Packument, manifest: Part, *, downloads: int | None, days: int, digest: str
) -> PackageRecord:
    """The record. ``manifest`` is the whole one of the latest version."""
    name, document = packument.name, packument.document
    licence = licence_of(manifest) or licence_of(document)
    return PackageRecord(
        purl=purl_of("npm", name),
        ecosystem="npm",
        namespace=scope_of(name),
        name=name.rpartition("/")[2],
        digest=digest,
        versions=tuple(versions_read(document)),
        latest=packument.latest,
        summary=text_of(manifest, "description") or text_of(document, "description"),
        licence=licence_expression(licence),
        keywords=keywords_of(manifest) or keywords_of(document),
        homepage=homepage_of(manifest) or homepage_of(document),
        repository=repository_of(manifest) or repository_of(document),
        deprecated=_gone(document) or deprecation(manifest),
        maintainers=_maintainers(document) or _maintainers(manifest),
        downloads=downloads,
        downloads_days=days,
        implementations=package_implementations(manifest),
    )


def versions_read(document: Part) -> Iterator[VersionRecord]:
    """Versions that are there, and those whose time is all that is left; the newest are kept."""
    manifests = document.table("versions")
    times = document.table("time")
    left = _unpublished(document).texts("versions", LONGEST_VERSION)
    names = {*manifests.value, *(set(times.value) - _NO_VERSIONS), *left}
    kept = versions_sorted("npm", (name for name in names if _fits(name)))[-MOST_VERSIONS:]
    same: dict[DependencyRecord, DependencyRecord] = {}
    for version in kept:
        released_at = times.moment(version)
        if version in manifests.value:
            yield _version(version, manifests.table(version), released_at, same)
        else:
            yield VersionRecord(version, released_at, is_prerelease("npm", version), withdrawn=True)


def deprecation(manifest: Part) -> str:
    """The message of a deprecated version; no text, an empty one or ``false`` is none."""
    found = manifest.value.get("deprecated")
    if found is None or isinstance(found, bool):
        return "deprecated" if found else ""
    return manifest.text("deprecated").strip()


def _version(
    version: str,
    manifest: Part,
    released_at: datetime | None,
    same: dict[DependencyRecord, DependencyRecord],
) -> VersionRecord:
    """One version. Most needs are those of the version before; each is kept in memory once."""
    licence = licence_of(manifest)
    return VersionRecord(
        version=version,
        released_at=released_at,
        prerelease=is_prerelease("npm", version),
        deprecated=deprecation(manifest),
        size=manifest.table("dist").number("unpackedSize"),
        licence=licence_expression(licence),
        licence_text=licence,
        dependencies=tuple(same.setdefault(need, need) for need in needs_read(manifest)),
    )


def _latest(document: Part) -> str:
    """What the tag ``latest`` names, else the newest release, else the newest version."""
    there: Mapping[str, object] = document.table("versions").value
    tagged = document.table("dist-tags").text("latest")
    if tagged in there:
        return tagged
    released = [version for version in there if not is_prerelease("npm", version)]
    return max(released or there, key=lambda one: version_key("npm", one), default="")


def _unpublished(document: Part) -> Part:
    return document.table("time").table(UNPUBLISHED)


def _gone(document: Part) -> str:
    """What is said of a package that its owners took back as a whole."""
    if not _unpublished(document).value:
        return ""
    since = clean(_unpublished(document).text("time"), 10)
    return f"unpublished on {since}" if since else UNPUBLISHED


def _maintainers(document: Part) -> int | None:
    """How many may publish."""
    return len(document.array("maintainers")) or None


def _fits(version: str) -> bool:
    """A number that is no longer than those that are kept, of characters that can be kept."""
    return 0 < len(version) <= LONGEST_VERSION and clean(version, TEXT) == version
