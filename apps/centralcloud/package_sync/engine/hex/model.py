"""A package and its releases as the hex API describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.centralcloud.package_sync.engine.record import DependencyRecord


@dataclass(frozen=True, slots=True)
class Retirement:
    """Why a release should not be used any more: one of hex's reasons, and a message."""

    reason: str
    message: str

    @property
    def text(self) -> str:
        """Both in one line."""
        return f"{self.reason}: {self.message}" if self.message else self.reason


@dataclass(frozen=True, slots=True)
class Release:
    """What each release of its own document says."""

    needs: tuple[DependencyRecord, ...]
    build_tools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """What the package's document says; ``released`` by version, with the time of release."""

    latest: str
    summary: str
    licences: tuple[str, ...]
    homepage: str
    repository: str
    maintainers: int | None
    downloads: int | None
    downloads_days: int
    released: Mapping[str, datetime | None]
    retirements: Mapping[str, Retirement]
