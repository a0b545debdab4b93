"""What Centralcloud tells: insights with their evidence, models that are ready, advisories."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from apps.shared.contracts.payloads.base import (
    NO_NUL,
    Count,
    Digest,
    InstanceId,
    Key,
    Language,
    Line,
    Metrics,
    Name,
    Number,
    Payload,
    Positive,
    Purl,
    Revision,
    Severity,
    Share,
    Time,
    Version,
)
from apps.shared.contracts.payloads.training import ModelKind, ModelVersion, RoundOffer

InsightKind = Literal[
    "adopt",  # most instances like this one have it, this one has not
    "rule_broken",  # the fleet keeps a rule that this instance breaks
    "version_spread",  # a package stands in many versions
    "rising",  # more and more instances have it
    "falling",  # fewer and fewer instances have it
    "new",  # no instance had it before
]
SubjectKind = Literal["pattern", "architecture", "framework", "package"]


class SharedFact(Payload):
    """Something that at least ``PATTERN_MIN_INSTANCES`` instances have.

    ``key`` is a signature, an architecture or framework key, or a purl. ``share`` is that of the
    ``eligible`` instances which could have it; ``confidence`` is the Wilson score interval's
    lower bound of it at 95 % (Wilson 1927). ``trend`` is how many more instances have it than
    four weeks ago.
    """

    subject: SubjectKind
    key: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NO_NUL)]
    kind: Annotated[str, StringConstraints(max_length=60, pattern=NO_NUL)] = ""
    language: Language | None = None
    name: Annotated[str, StringConstraints(max_length=8_000, pattern=NO_NUL)]
    instances: Positive
    eligible: Positive
    codebases: Positive
    occurrences: Positive
    share: Share
    confidence: Share
    trend: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
    first_seen_at: Time | None = None


class Evidence(Payload):
    """The numbers an insight stands on: ``having`` of the ``of`` instances ``among`` which."""

    having: Count
    of: Count
    share: Share
    confidence: Share
    among: Line = ""
    here: Count = 0
    here_of: Count = 0
    versions: Annotated[dict[Version, Count], Field(max_length=50)] = {}


class InsightFact(Payload):
    """One insight; ``key`` stays the same as long as it says the same of the same subject."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
    kind: InsightKind
    subject: SubjectKind
    subject_key: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NO_NUL)]
    subject_kind: Annotated[str, StringConstraints(max_length=60, pattern=NO_NUL)] = ""
    language: Language | None = None
    name: Annotated[str, StringConstraints(max_length=8_000, pattern=NO_NUL)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NO_NUL)]
    score: Number
    evidence: Evidence


class InsightsAggregated(Payload):
    """What the fleet knows: of interest to all, or the recommendations ``audience`` gets.

    A newer revision for the same audience replaces all of an older one.
    """

    audience: InstanceId | None = None
    revision: Revision
    generated_at: Time
    facts: Annotated[tuple[SharedFact, ...], Field(max_length=1_000)] = ()
    insights: Annotated[tuple[InsightFact, ...], Field(max_length=1_000)] = ()


class ModelReady(Payload):
    """An aggregate model can be downloaded, and the round that goes on from it.

    The newest revision of a version holds. A ``candidate`` is there to be judged; ``promoted`` is
    what a newcomer begins with, ``rejected`` one that lost to its predecessor on the fleet. A
    round that is open before there is any aggregate has no artifact.
    """

    kind: ModelKind
    version: ModelVersion
    family: Key
    scope: Key
    state: Literal["open", "candidate", "promoted", "rejected"]
    architecture: Digest | None = None
    tokenizer: Digest | None = None
    artifact: Digest | None = None
    size: Count = 0
    base: ModelVersion | None = None
    contributors: Count
    metrics: Metrics = {}
    round: RoundOffer | None = None
    revision: Revision
    ready_at: Time


class AdvisoryPublished(Payload):
    """A package version that instances use is vulnerable, withdrawn or deprecated.

    ``id`` names what is told of the package and stays the same; its newest revision holds.
    ``advisory`` is an OSV id where there is one, ``affected`` are versions that instances have,
    ``fixed`` those that are not affected any more. ``over``: it holds no more.
    """

    id: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL)]
    revision: Revision
    kind: Literal["vulnerable", "withdrawn", "deprecated"]
    package: Purl
    name: Name
    advisory: Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)] = ""
    affected: Annotated[tuple[Version, ...], Field(max_length=100)] = ()
    fixed: Annotated[tuple[Version, ...], Field(max_length=20)] = ()
    severity: Severity = ""
    summary: Line = ""
    published_at: Time | None = None
    over: bool = False
