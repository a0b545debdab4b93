"""The sparse index: one file for each crate, one line of JSON for each version.

Source: The Cargo Book, "Registry Index".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from apps.centralcloud.package_sync.engine.cargo.model import Release
from apps.centralcloud.package_sync.engine.cargo.needs import features_enabling, need_read
from apps.centralcloud.package_sync.engine.reading import Part, clean, json_read
from apps.centralcloud.package_sync.engine.record import DependencyRecord
from apps.centralcloud.package_sync.engine.registry import Malformed, PackageMissing, TooLarge

LONGEST_VERSION = 100
MOST_VERSIONS = 20_000
NEWEST_SCHEMA = 2
"""Cargo leaves out lines of a newer schema, since it may not understand them."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def index_path(name: str) -> str:
    """Where the file of a crate is below the index's root.

    Raises:
        PackageMissing: no crate can have this name.
    """
    if not _NAME.fullmatch(name):
        raise PackageMissing("no crate has such a name")
    lower = name.lower()
    if len(lower) <= 2:
        return f"{len(lower)}/{lower}"
    if len(lower) == 3:
        return f"3/{lower[0]}/{lower}"
    return f"{lower[:2]}/{lower[2:4]}/{lower}"


def index_read(name: str, body: bytes) -> dict[str, Release]:
    """The versions of a crate in the order of the file, which is that of their publication.

    Raises:
        Malformed: a line is not what the index's format says.
        TooLarge: there are more versions than are kept.
    """
    same: dict[DependencyRecord, DependencyRecord] = {}
    found = {one.version: one for one in _releases(name, body, same)}
    if len(found) > MOST_VERSIONS:
        raise TooLarge(f"it has more than {MOST_VERSIONS:,} versions")
    return found


def _releases(
    name: str, body: bytes, same: dict[DependencyRecord, DependencyRecord]
) -> Iterator[Release]:
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        path = f"line {number} of the index"
        entry = Part.of(json_read(line, path), path)
        if entry.name("name").lower() != name.lower():
            raise Malformed(f"{path} is of another crate")
        if (entry.number("v") or 1) <= NEWEST_SCHEMA:
            yield _release(entry, same)


def _release(entry: Part, same: dict[DependencyRecord, DependencyRecord]) -> Release:
    """One version. Most needs are those of the version before; each is kept in memory once."""
    both = (entry.table("features"), entry.table("features2"))
    features = [(clean(name), part.texts(name)) for part in both for name in part.value]
    enabled_by = features_enabling(features)
    needs = (need_read(need, enabled_by) for need in entry.tables("deps"))
    return Release(
        version=entry.name("vers", LONGEST_VERSION),
        yanked=entry.flag("yanked"),
        released_at=entry.moment("pubtime"),
        links=entry.text("links"),
        needs=tuple(same.setdefault(need, need) for need in needs),
    )
