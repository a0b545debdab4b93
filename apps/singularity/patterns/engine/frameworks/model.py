"""What a rule says, what is known of a code base, and what is concluded from both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from apps.singularity.patterns.engine.facts import Import


class EvidenceKind(StrEnum):
    """The closed vocabulary of what speaks for a framework."""

    DECLARED = "declared"
    LOCKED = "locked"
    IMPORT = "import"
    FILE = "file"
    CONTENT = "content"
    IMPLIED = "implied"
    OWN = "own"


class Role(StrEnum):
    """Whether a code base uses the framework or is the framework itself."""

    USES = "uses"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class FilePattern:
    """Files that tell a framework: by their path, and where that is too weak by their text."""

    glob: str
    contains: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How one framework is told.

    ``packages`` are package URLs without version, a trailing ``*`` stands for the rest of the
    name; ``imports`` are qualified module prefixes by language; ``images`` are container images
    without tag; ``implies`` are keys of frameworks that come with this one.
    """

    key: str
    name: str
    category: str
    packages: tuple[str, ...] = ()
    imports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[FilePattern, ...] = ()
    images: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredFact:
    """A dependency that the manifest at ``path`` declares; see ingestion's ``Declared``."""

    purl: str
    requirement: str
    scope: str
    locked: bool
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class FileImports:
    """The imports of one file."""

    path: str
    language: str
    imports: tuple[Import, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a framework, with its place."""

    kind: EvidenceKind
    detail: str
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class FrameworkDetection:
    """A framework that a code base uses, or is.

    ``purl`` has the version where one is known exactly: from a lock file, or from a requirement
    that allows only one; it is "" for what is no package. ``scope`` is the strongest of those it
    is declared with, or ``test`` where only tests import it. ``confidence`` is above 0, at most 1.
    """

    key: str
    name: str
    category: str
    role: Role
    purl: str
    version: str
    requirement: str
    scope: str
    confidence: float
    evidence: tuple[Evidence, ...]
