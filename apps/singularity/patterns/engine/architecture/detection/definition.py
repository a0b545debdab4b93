"""What a definition of an architecture pattern consists of, as its YAML file writes it.

    key: layered                        # unique; becomes part of the signature
    name: Layered architecture
    description: One sentence.
    source: The book or paper that the pattern is from.
    required:                           # all of these groups, or the pattern is not there
      - any: [folders, files]           # at least one of these indicators
      - all: [direction]
    indicators:
      folders:
        text: What is seen when it is met.
        weight: 2                       # log-odds that it adds
        folders: {names: [views|controllers, services, repositories], min: 2}
    against:                            # the same, taken off
      ...

Every indicator has exactly one kind; `indicators/` says what fields each kind has.
"""

from __future__ import annotations

import hashlib

import msgspec

from apps.singularity.patterns.engine.architecture.detection.indicators import (
    Calls,
    Entries,
    EntryPoints,
    Facts,
    Files,
    Folders,
    Functions,
    Graph,
    Imports,
    Kind,
    Languages,
    Packages,
    Types,
)

SIGNATURE_VERSION = 1


class DefinitionError(ValueError):
    """A definition is wrong; the message names the file and the field."""


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to look for, and how much it says (log-odds)."""

    text: str
    weight: float
    folders: Folders | None = None
    files: Files | None = None
    entries: Entries | None = None
    imports: Imports | None = None
    frameworks: Facts | None = None
    packages: Packages | None = None
    graph: Graph | None = None
    types: Types | None = None
    functions: Functions | None = None
    calls: Calls | None = None
    entry_points: EntryPoints | None = None
    languages: Languages | None = None

    @property
    def kinds(self) -> list[Kind]:
        """What it looks at: one thing, where the definition is right."""
        values = (getattr(self, name) for name in self.__struct_fields__[2:])
        return [kind for kind in values if kind is not None]


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of indicators of which one must be met, or all."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one pattern is told."""

    key: str
    name: str
    description: str
    source: str
    indicators: dict[str, Indicator]
    required: tuple[Group, ...] = ()
    against: dict[str, Indicator] = msgspec.field(default_factory=dict)

    @property
    def signature(self) -> str:
        """Stable name of the pattern: equal in every code base that has it."""
        return signature(self.key)


def signature(key: str) -> str:
    """Signature of an architecture pattern: the versioned SHA-256 of its key, cut to 128 bits."""
    digest = hashlib.sha256(f"{SIGNATURE_VERSION}\0architecture\0{key}".encode()).hexdigest()
    return f"architecture-{SIGNATURE_VERSION}-{digest[:32]}"
