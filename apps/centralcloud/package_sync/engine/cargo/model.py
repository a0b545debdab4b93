"""A crate as its registry's documents describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apps.centralcloud.package_sync.engine.record import DependencyRecord


@dataclass(frozen=True, slots=True)
class Release:
    """One version. ``links`` is the native library that it binds; ``needs`` None where unknown."""

    version: str
    yanked: bool = False
    released_at: datetime | None = None
    links: str = ""
    needs: tuple[DependencyRecord, ...] | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What only the API says of a version. ``lines`` are those of code by language."""

    released_at: datetime | None
    yanked: bool
    yanked_reason: str
    size: int | None
    licence: str
    library: bool
    programs: tuple[str, ...]
    links: str
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Crate:
    """What only the API says of a crate; all of it empty where a registry has no API."""

    latest: str = ""
    summary: str = ""
    homepage: str = ""
    repository: str = ""
    keywords: tuple[str, ...] = ()
    downloads: int | None = None
    downloads_days: int = 0
    versions: Mapping[str, Published] = field(default_factory=dict)
