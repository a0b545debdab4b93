"""A record as the tables take it: without NUL and lone surrogates, no text longer than its column.

What comes from outside has no bounds of its own; what a name or a version number loses by cutting
would make another of it, so those that do not fit are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from apps.centralcloud.package_sync.engine.health import Release
from apps.centralcloud.package_sync.engine.record import (
    DependencyRecord,
    Implementation,
    PackageRecord,
    VersionRecord,
)
from apps.centralcloud.package_sync.models.packages import PURL_LENGTH, VERSION_LENGTH

LINE = 300
TEXT = 2_000
WORD = 100
KEYWORDS = 100
LARGEST = 2**31 - 1
LARGEST_BIG = 2**63 - 1


class VersionRow(NamedTuple):
    """What is kept of a version, in the order of the columns of ``versions.UPSERT``."""

    version: str
    position: int
    released_at: datetime | None
    prerelease: bool
    yanked: bool
    yanked_reason: str
    withdrawn: bool
    deprecated: str
    size: int | None
    licence: str
    licence_text: str
    depends: bool
    needs: int | None

    @property
    def release(self) -> Release:
        """What counts of it for the package's upkeep."""
        return Release(self.released_at, self.prerelease, self.yanked, self.withdrawn)


DependencyRow = tuple[str, str, str, str]
"""Purl, requirement, scope, marker."""


def text_fit(text: str, limit: int = TEXT) -> str:
    """At most ``limit`` characters that PostgreSQL can keep."""
    if text.isascii():
        return text.replace("\0", "")[:limit]
    return text.replace("\0", "").encode(errors="replace").decode()[:limit]


def number_fit(number: int | None, largest: int = LARGEST_BIG) -> int | None:
    """A count or a size; nothing where it is none."""
    return number if number is not None and 0 <= number <= largest else None


def versions_fit(record: PackageRecord) -> dict[str, VersionRecord]:
    """Versions that can be kept, by their text; of those named twice the last."""
    return {one.version: one for one in record.versions if _is_version(one.version)}


def version_row(given: VersionRecord, *, position: int, known: VersionRow | None) -> VersionRow:
    """What is kept of a version; dependencies that were not asked for stay as they are known."""
    depends, needs = (known.depends, known.needs) if known else (False, None)
    if given.dependencies is not None:
        depends, needs = True, _fingerprint(dependencies_fit(given))
    return VersionRow(
        version=given.version,
        position=position,
        released_at=given.released_at,
        prerelease=given.prerelease,
        yanked=given.yanked,
        yanked_reason=text_fit(given.yanked_reason),
        withdrawn=given.withdrawn,
        deprecated=text_fit(given.deprecated),
        size=number_fit(given.size),
        licence=text_fit(given.licence, LINE),
        licence_text=text_fit(given.licence_text, LINE),
        depends=depends,
        needs=needs,
    )


def dependencies_fit(given: VersionRecord) -> list[DependencyRow]:
    """What a version needs, each thing once, in an order that does not depend on the registry's."""
    return sorted({_dependency(one) for one in given.dependencies or () if _is_purl(one.purl)})


def implementations_fit(record: PackageRecord) -> set[tuple[str, str, str]]:
    """Language, kind of evidence and detail of each piece of evidence."""
    return {_implementation(one) for one in record.implementations}


def keywords_fit(record: PackageRecord) -> list[str]:
    """Keywords, each once, without blank ones."""
    return list(dict.fromkeys(_lines(record.keywords)))[:KEYWORDS]


def _lines(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        if fit := text_fit(word.strip(), WORD):
            yield fit


def _dependency(one: DependencyRecord) -> DependencyRow:
    return (
        one.purl,
        text_fit(one.requirement, LINE),
        one.scope.value,
        text_fit(one.marker, LINE),
    )


def _implementation(one: Implementation) -> tuple[str, str, str]:
    return text_fit(one.language, 30), one.evidence.value, text_fit(one.detail, LINE)


def _is_version(text: str) -> bool:
    return 0 < len(text) <= VERSION_LENGTH and text_fit(text, VERSION_LENGTH) == text


def _is_purl(text: str) -> bool:
    return text.startswith("pkg:") and text_fit(text, PURL_LENGTH) == text


def _fingerprint(rows: list[DependencyRow]) -> int:
    """A number of 64 bits that tells one list of dependencies from another."""
    digest = hashlib.blake2b(digest_size=8)
    for row in rows:
        digest.update("\0".join(row).encode() + b"\1")
    return int.from_bytes(digest.digest(), "big", signed=True)
