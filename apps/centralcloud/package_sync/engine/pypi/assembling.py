"""A project's record, of what its simple API, its JSON API and its core metadata say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from apps.centralcloud.package_sync.engine.pypi.model import Described, File, Listing, Told
from apps.centralcloud.package_sync.engine.pypi.naming import version_same
from apps.centralcloud.package_sync.engine.pypi.needs import needs_read
from apps.centralcloud.package_sync.engine.record import VersionRecord
from apps.shared.packages.licences import licence_expression
from apps.shared.packages.versions import is_prerelease, version_key, versions_sorted

MOST_VERSIONS = 20_000
LONGEST_VERSION = 100
INACTIVE = "Development Status :: 7 - Inactive"
_ENDED = ("archived", "deprecated", "quarantined")
_NO_LETTER = re.compile(r"[^a-z]")
_HOMEPAGE = ("homepage",)
_REPOSITORY = ("source", "repository", "sourcecode", "github", "code", "sources")
"""Labels of project URLs as the list of well-known ones normalises them (PEP 753)."""


@dataclass(slots=True)
class Project:
    """Files by version, and what is told of some versions."""

    files: Mapping[str, list[File]]
    described: dict[str, Described] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    @classmethod
    def of(cls, *listings: Listing) -> Project:
        """Files of several listings, each once with what any of them knows of it.

        A version is called as the first listing that lists it does, and a file is where the first
        one says: a mirror's own page leads to its own files. The newest versions are kept.
        """
        names: dict[str, str] = {}
        for version in (version for listing in listings for version in listing.versions):
            names.setdefault(version_same(version), version)
        files = _merged(file for listing in listings for file in listing.files)
        by_version: dict[str, list[File]] = defaultdict(list)
        for file in files:
            if file.version:
                name = names.setdefault(version_same(file.version), file.version)
                by_version[name].append(file)
        fitting = (name for name in names.values() if len(name) <= LONGEST_VERSION)
        kept = versions_sorted("pypi", fitting)[-MOST_VERSIONS:]
        return cls({version: by_version[version] for version in kept})

    def named(self, version: str) -> str:
        """How a version is called here; empty where it is none of these."""
        same = {version_same(one): one for one in self.files}
        return version if version in self.files else same.get(version_same(version), "")

    def latest(self, told: str = "") -> str:
        """The version that the index hands out, or else the one that pip takes.

        Not a yanked one, nor one without a file, nor a pre-release, where there is another.
        """
        version = self.named(told) if told else ""
        if version and self.files[version] and not self._yanked(version):
            return version
        there = [version for version in self.files if self.files[version]] or list(self.files)
        return max(there, key=self._preference, default="")

    def version(self, version: str) -> VersionRecord:
        """One version."""
        files, said = self.files[version], self.described.get(version, Described())
        sources = [file.size for file in files if file.is_source and file.size is not None]
        sizes = [file.size for file in files if file.size is not None]
        times = [file.uploaded_at for file in files if file.uploaded_at is not None]
        yanked = self._yanked(version)
        reasons = (file.yanked_reason for file in files if file.yanked_reason)
        return VersionRecord(
            version=version,
            released_at=min(times, default=None),
            prerelease=is_prerelease("pypi", version),
            yanked=yanked,
            yanked_reason=next(reasons, "") if yanked else "",
            withdrawn=not files,
            size=max(sources or sizes, default=None),
            licence=licence_of(said),
            licence_text=said.expression or said.licence,
            dependencies=None if said.needs is None else needs_read(said.needs),
        )

    def _yanked(self, version: str) -> bool:
        """A release is yanked when all its files are (PEP 592)."""
        files = self.files[version]
        return bool(files) and all(file.yanked for file in files)

    def _preference(self, version: str) -> tuple[bool, bool, tuple[int, object]]:
        early = is_prerelease("pypi", version)
        return not self._yanked(version), not early, version_key("pypi", version)


def licence_of(said: Described) -> str:
    """The SPDX expression: as it is declared (PEP 639), else of the text, else of classifiers."""
    return licence_expression(said.expression) or licence_expression(said.licence, said.classifiers)


def homepage_of(said: Described) -> str:
    """The project's own page."""
    return said.homepage or _labelled(said, _HOMEPAGE)


def repository_of(said: Described) -> str:
    """The repository, by the label of its address."""
    return _labelled(said, _REPOSITORY)


def deprecation(listing: Listing, said: Described) -> str:
    """Why a project should not be used any more: its status (PEP 792), else its classifier."""
    if listing.status in _ENDED:
        return ": ".join(filter(None, (listing.status, listing.status_reason)))
    return INACTIVE if INACTIVE in said.classifiers else ""


def _labelled(said: Described, labels: Iterable[str]) -> str:
    urls = {_NO_LETTER.sub("", label.lower()): url for label, url in (said.urls or {}).items()}
    return next((urls[label] for label in labels if urls.get(label)), "")


def _merged(files: Iterable[File]) -> list[File]:
    found: dict[str, File] = {}
    for file in files:
        known = found.get(file.name)
        found[file.name] = _filled(known, file) if known else file
    return list(found.values())


def _filled(known: File, other: File) -> File:
    """A file with what another document says of it where the first does not."""
    return replace(
        known,
        url=known.url or other.url,
        version=known.version or other.version,
        size=other.size if known.size is None else known.size,
        uploaded_at=known.uploaded_at or other.uploaded_at,
        yanked=known.yanked or other.yanked,
        yanked_reason=known.yanked_reason or other.yanked_reason,
        metadata=other.metadata if known.metadata is None else known.metadata,
    )
