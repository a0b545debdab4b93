"""Questions to Centralcloud and their answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from apps.shared.contracts.payloads.base import (
    NO_NUL,
    Count,
    Language,
    Line,
    Number,
    Payload,
    Purl,
    Revision,
    Severity,
    Time,
    Version,
    Word,
)
from apps.shared.contracts.payloads.insights import (
    InsightFact,
    InsightKind,
    ModelReady,
    SharedFact,
    SubjectKind,
)
from apps.shared.contracts.payloads.statistics import GlobalStatistics
from apps.shared.contracts.payloads.training import ModelKind

Limit = Annotated[int, Field(ge=1, le=200)]
Words = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]


class PackagesQuery(Payload):
    """Which packages there are, and what is known of them.

    All words must be in the name, the keywords or the summary. ``implemented_in`` is a language,
    ``licence`` an SPDX identifier that the licence's expression names. ``mine``: only those that
    the asking instance declares; ``vulnerable``, ``deprecated`` and ``outdated`` speak of the
    versions that it has, so they are among its own too. ``package``: this one, in detail.
    """

    words: Words = ""
    ecosystem: Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z0-9.+-]*$")] = ""
    implemented_in: Language | None = None
    licence: Annotated[str, StringConstraints(max_length=60, pattern=NO_NUL)] = ""
    mine: bool = False
    vulnerable: bool = False
    deprecated: bool = False
    outdated: bool = False
    package: Purl | None = None
    limit: Limit = 50


class ImplementedIn(Payload):
    """A language that a package is implemented in, and what says so."""

    language: Language
    evidence: Word
    detail: Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL)]


class AdvisoryMark(Payload):
    """An advisory, the versions in question that it affects, and versions without the fault."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL)]
    severity: Severity = ""
    summary: Line = ""
    affected: Annotated[tuple[Version, ...], Field(max_length=50)] = ()
    fixed: Annotated[tuple[Version, ...], Field(max_length=20)] = ()


class OwnVersion(Payload):
    """A version that the asking instance has; ``pinned``: a lock file or a requirement says so.

    ``behind`` counts newer releases, None where it is not known.
    """

    version: Version
    pinned: bool
    behind: Count | None = None
    deprecated: Line = ""
    yanked: bool = False
    withdrawn: bool = False


class PackageUse(Payload):
    """One package, how many instances declare it, in which versions, and what is known of it.

    ``versions`` counts instances by version. ``known``: its registry has been read. ``mine`` are
    the asking instance's versions, and advisories those that affect them; without ``mine`` they are
    those that affect the latest version.
    """

    purl: Purl
    instances: Count
    codebases: Count
    versions: Annotated[dict[Version, Count], Field(max_length=50)] = {}
    known: bool = False
    summary: Line = ""
    licence: Line = ""
    latest: Version = ""
    latest_at: Time | None = None
    deprecated: Line = ""
    implemented_in: Annotated[tuple[ImplementedIn, ...], Field(max_length=20)] = ()
    mine: Annotated[tuple[OwnVersion, ...], Field(max_length=50)] = ()
    advisories: Annotated[tuple[AdvisoryMark, ...], Field(max_length=50)] = ()


class PackageVersion(Payload):
    """One version of a package, and how many instances have it."""

    version: Version
    released_at: Time | None = None
    yanked: bool = False
    withdrawn: bool = False
    deprecated: Line = ""
    licence: Line = ""
    instances: Count = 0
    advisories: Count = 0


class HealthFact(Payload):
    """Something about a package's upkeep; ``evidence`` is the sentence with its numbers."""

    fact: Word
    value: Number | None = None
    evidence: Line


class Alternative(Payload):
    """What instances like the asking one use instead, and why it is named."""

    purl: Purl
    instances: Count
    reason: Line


class PackageDetail(Payload):
    """One package in detail.

    ``versions`` are newest first, ``versions_total`` how many there are. ``dependents`` are
    packages of the fleet that need it; ``dependents_total`` is counted up to 501, which stands for
    more than 500.
    """

    versions: Annotated[tuple[PackageVersion, ...], Field(max_length=200)] = ()
    versions_total: Count = 0
    dependents: Annotated[tuple[Purl, ...], Field(max_length=200)] = ()
    dependents_total: Count = 0
    health: Annotated[tuple[HealthFact, ...], Field(max_length=30)] = ()
    alternatives: Annotated[tuple[Alternative, ...], Field(max_length=20)] = ()


class PackagesAnswer(Payload):
    """Packages, most used first; ``total`` counts those that match.

    ``answered_at`` is when it was worked out.
    """

    packages: Annotated[tuple[PackageUse, ...], Field(max_length=200)] = ()
    total: Count = 0
    detail: PackageDetail | None = None
    answered_at: Time | None = None


class ModelsQuery(Payload):
    """Which aggregate models there are."""

    kind: ModelKind | None = None
    limit: Limit = 50


class ModelsAnswer(Payload):
    """Aggregate models, newest first."""

    models: Annotated[tuple[ModelReady, ...], Field(max_length=200)] = ()


class RecommendationsQuery(Payload):
    """What the asking instance is recommended."""

    limit: Limit = 50


class RecommendationsAnswer(Payload):
    """Recommendations for the instance that asked, best first.

    ``revision`` is that of the message which tells the same, 0 before the first computation.
    """

    revision: Revision = 0
    generated_at: Time | None = None
    recommendations: Annotated[tuple[InsightFact, ...], Field(max_length=200)] = ()


class InsightsQuery(Payload):
    """What holds for the fleet: facts and insights of a subject, insights of a kind."""

    subject: SubjectKind | None = None
    kind: InsightKind | None = None
    limit: Limit = 50


class InsightsAnswer(Payload):
    """Facts with the most instances first, and insights, best first; ``revision`` as above."""

    revision: Revision = 0
    generated_at: Time | None = None
    facts: Annotated[tuple[SharedFact, ...], Field(max_length=200)] = ()
    insights: Annotated[tuple[InsightFact, ...], Field(max_length=200)] = ()


class StatisticsQuery(Payload):
    """The last statistics of the fleet, and how they went."""

    history: Annotated[int, Field(ge=0, le=200)] = 0


class StatisticsAnswer(Payload):
    """The last statistics, none before the first computation, and older ones, newest first."""

    statistics: GlobalStatistics | None = None
    history: Annotated[tuple[GlobalStatistics, ...], Field(max_length=200)] = ()
