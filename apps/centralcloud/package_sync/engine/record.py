"""A package as its registry describes it: what every registry's client makes of its documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """What a dependency is needed for."""

    RUNTIME = "runtime"
    DEV = "dev"
    BUILD = "build"
    PEER = "peer"
    OPTIONAL = "optional"


class EvidenceKind(StrEnum):
    """What says that a package is implemented in a language."""

    REGISTRY = "registry"  # the registry is that language's own
    CLASSIFIER = "classifier"  # a trove classifier names it
    BUILD_SYSTEM = "build_system"  # it is built by that language's tools
    NATIVE_CODE = "native_code"  # it ships or downloads compiled code
    CRATE_KIND = "crate_kind"  # a library, a procedural macro, a program
    KEYWORD = "keyword"  # its own keywords name it


@dataclass(frozen=True, slots=True)
class Implementation:
    """A language that a package is implemented in, and what says so.

    ``language`` is named as languages of code are elsewhere: ``rust``, ``c``, ``javascript``.
    ``detail`` is what was found, as it stands there: a classifier, a build requirement.
    """

    language: str
    evidence: EvidenceKind
    detail: str


@dataclass(frozen=True, slots=True)
class DependencyRecord:
    """What a version needs. ``purl`` has no version; ``requirement`` is in the registry's notation.

    ``marker`` is the condition under which it is needed: an environment marker, an extra, a target.
    """

    purl: str
    requirement: str = ""
    scope: Scope = Scope.RUNTIME
    marker: str = ""


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version.

    ``size`` is in bytes: of the source distribution where there is one, else of the largest file.
    ``licence`` is an SPDX expression, empty where what is written (``licence_text``) is none.
    ``yanked`` versions are still there but should not be chosen; ``withdrawn`` ones are gone.
    ``dependencies`` is None where they were not asked for.
    """

    version: str
    released_at: datetime | None = None
    prerelease: bool = False
    yanked: bool = False
    yanked_reason: str = ""
    withdrawn: bool = False
    deprecated: str = ""
    size: int | None = None
    licence: str = ""
    licence_text: str = ""
    dependencies: tuple[DependencyRecord, ...] | None = None


@dataclass(frozen=True, slots=True)
class PackageRecord:
    """One package. ``versions`` are in the registry's own order of preference, oldest first.

    ``latest`` is the version that the registry hands out when none is asked for; empty where there
    is none. ``deprecated`` says why the whole package should not be used any more. ``downloads``
    are those of ``downloads_days`` days (0: of all time). ``maintainers`` counts who may publish.
    ``advisories`` are documents in OSV schema that the registry itself hands out. ``digest`` is
    that of the documents which this was made of, and of how they are read.
    """

    purl: str
    ecosystem: str
    namespace: str
    name: str
    digest: str
    versions: tuple[VersionRecord, ...] = ()
    latest: str = ""
    summary: str = ""
    licence: str = ""
    keywords: tuple[str, ...] = ()
    homepage: str = ""
    repository: str = ""
    deprecated: str = ""
    maintainers: int | None = None
    downloads: int | None = None
    downloads_days: int = 0
    implementations: tuple[Implementation, ...] = ()
    advisories: tuple[Mapping[str, Any], ...] = field(default=())
