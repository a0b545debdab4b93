"""An advisory as it is read: what this product needs of an OSV document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class OsvError(Exception):
    """A document is no advisory in OSV schema; the text is one line that says what is wrong."""


class EventKind(StrEnum):
    """What happens at a version."""

    INTRODUCED = "introduced"
    FIXED = "fixed"
    LAST_AFFECTED = "last_affected"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Event:
    """From ``version`` on something is so; ``0`` is before, ``*`` (of a limit) after them all."""

    kind: EventKind
    version: str


@dataclass(frozen=True, slots=True)
class Range:
    """A time line of events. ``type`` is SEMVER or ECOSYSTEM: commits of Git are not looked at."""

    type: str
    events: tuple[Event, ...]

    def as_json(self) -> dict[str, Any]:
        """As it stands in a document."""
        events = [{event.kind.value: event.version} for event in self.events]
        return {"type": self.type, "events": events}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Range:
        """What ``as_json`` made."""
        events = [Event(EventKind(kind), at) for one in value["events"] for kind, at in one.items()]
        return cls(value["type"], tuple(events))


@dataclass(frozen=True, slots=True)
class AffectedRecord:
    """A package with the versions that are affected: those in a range, and those ``listed``."""

    purl: str
    ranges: tuple[Range, ...] = ()
    listed: tuple[str, ...] = ()

    @property
    def fixed(self) -> tuple[str, ...]:
        """Versions that fix it, each once, as they stand there."""
        events = [event for one in self.ranges for event in one.events]
        return tuple(dict.fromkeys(one.version for one in events if one.kind is EventKind.FIXED))


@dataclass(frozen=True, slots=True)
class AdvisoryRecord:
    """One document, each affected package once.

    ``severity`` is none, low, medium, high, critical or empty; ``score`` the CVSS base score (0 to
    10) of ``vector``. ``references`` are pairs of kind and address.
    """

    id: str
    modified: datetime
    published: datetime | None = None
    withdrawn: datetime | None = None
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    summary: str = ""
    details: str = ""
    severity: str = ""
    score: float | None = None
    vector: str = ""
    references: tuple[tuple[str, str], ...] = ()
    affected: tuple[AffectedRecord, ...] = ()
