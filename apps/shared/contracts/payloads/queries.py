"""Questions to Centralcloud and their answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from apps.shared.contracts.payloads.base import (
    NO_NUL,
    Count,
    Payload,
    Purl,
    Revision,
    Time,
    Version,
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
    """Which packages the fleet declares: all words must be in the purl."""

    words: Words = ""
    ecosystem: Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z0-9.+-]*$")] = ""
    limit: Limit = 50


class PackageUse(Payload):
    """One package, how many instances declare it, and in which versions."""

    purl: Purl
    instances: Count
    codebases: Count
    versions: Annotated[dict[Version, Count], Field(max_length=50)] = {}


class PackagesAnswer(Payload):
    """Packages, most used first; ``total`` counts those that match."""

    packages: Annotated[tuple[PackageUse, ...], Field(max_length=200)] = ()
    total: Count = 0


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
