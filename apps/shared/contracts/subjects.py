"""The message table: what travels on which subject, which way, in which stream."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from apps.shared.contracts import payloads
from apps.shared.contracts.payloads.base import Payload

VERSION = "v1"
SCHEMA_URN = "urn:singularity:schema:"
"""What the name of a schema is put after, in its ``$id`` and in ``ce-dataschema``."""
SERVICE = "centralcloud"
CENTRALCLOUD = "/centralcloud"
INSTANCES = "/instances/"
INSTANCES_BUCKET = "instances"
MODELS_STORE = "models"
"""The object store of aggregates: Centralcloud writes, every instance reads."""


class Way(StrEnum):
    """Who sends."""

    UP = "up"  # an instance, to Centralcloud
    DOWN = "down"  # Centralcloud, to instances
    REQUEST = "request"  # an instance asks, Centralcloud answers


class Stream(StrEnum):
    """JetStream streams."""

    INTELLIGENCE = "INTELLIGENCE"
    INSIGHTS = "INSIGHTS"
    KNOWLEDGE = "KNOWLEDGE"


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the message table.

    ``subject`` is what all share; a message for one ``audience`` (an instance, a kind of answer)
    has it as one more token, and one that is not ``for_all`` always has one. ``answer`` is set for
    requests only.
    """

    subject: str
    way: Way
    payload: type[Payload]
    carries: str
    stream: Stream | None = None
    audience: str = ""
    for_all: bool = True
    answer: type[Payload] | None = None

    @property
    def type(self) -> str:
        """The CloudEvents type: the subject's meaning and the version of the payload."""
        name = self.subject.removeprefix("intelligence.")
        return f"singularity.{name}.{VERSION}"

    @property
    def name(self) -> str:
        """The file name of its schema."""
        return self.type.removeprefix("singularity.").removesuffix(f".{VERSION}")

    @property
    def addresses(self) -> list[str]:
        """Its subjects, the audience in braces."""
        to_one = [f"{self.subject}.{{{self.audience}}}"] if self.audience else []
        return [self.subject, *to_one] if self.for_all else to_one


_UP = (
    Message(
        "intelligence.code.pattern.learned",
        Way.UP,
        payloads.CodePatternsLearned,
        "code patterns changed since the last revision, and those withdrawn",
        Stream.INTELLIGENCE,
    ),
    Message(
        "intelligence.architecture.pattern.learned",
        Way.UP,
        payloads.ArchitecturePatternsLearned,
        "architecture patterns, with confidence and kinds of evidence",
        Stream.INTELLIGENCE,
    ),
    Message(
        "intelligence.framework.detected",
        Way.UP,
        payloads.FrameworksDetected,
        "frameworks by purl and version",
        Stream.INTELLIGENCE,
    ),
    Message(
        "intelligence.package.declared",
        Way.UP,
        payloads.PackagesDeclared,
        "dependencies by purl and requirement",
        Stream.INTELLIGENCE,
    ),
    Message(
        "intelligence.training.completed",
        Way.UP,
        payloads.TrainingCompleted,
        "model, version, family, examples, metrics, artifact digest",
        Stream.INTELLIGENCE,
    ),
    Message(
        "intelligence.model.evaluated",
        Way.UP,
        payloads.ModelEvaluated,
        "how an aggregate did on this instance's held-out code, beside its local model",
        Stream.INTELLIGENCE,
    ),
    Message(
        "intelligence.statistics.reported",
        Way.UP,
        payloads.StatisticsReported,
        "local statistics",
        Stream.INTELLIGENCE,
    ),
    Message(
        "intelligence.instance.heartbeat",
        Way.UP,
        payloads.Heartbeat,
        "who, version, what it is doing now",
        Stream.INTELLIGENCE,
    ),
)
_DOWN = (
    Message(
        "intelligence.insights.aggregated",
        Way.DOWN,
        payloads.InsightsAggregated,
        "top patterns, frameworks, packages; an instance's recommendations, to it alone",
        Stream.INSIGHTS,
        audience="instance",
    ),
    Message(
        "intelligence.insights.statistics",
        Way.DOWN,
        payloads.GlobalStatistics,
        "global statistics",
        Stream.INSIGHTS,
    ),
    Message(
        "intelligence.insights.model_ready",
        Way.DOWN,
        payloads.ModelReady,
        "an aggregate model is ready for download: family, version, digest",
        Stream.INSIGHTS,
    ),
    Message(
        "intelligence.insights.advisory",
        Way.DOWN,
        payloads.AdvisoryPublished,
        "a package version that instances use is vulnerable, withdrawn or deprecated",
        Stream.INSIGHTS,
    ),
    Message(
        "knowledge.cache.update",
        Way.DOWN,
        payloads.KnowledgeUpdated,
        "a cached answer changed",
        Stream.KNOWLEDGE,
        audience="kind",
        for_all=False,
    ),
    Message(
        "knowledge.cache.invalidate",
        Way.DOWN,
        payloads.KnowledgeInvalidated,
        "cached answers hold no more",
        Stream.KNOWLEDGE,
        audience="kind",
        for_all=False,
    ),
)
_REQUESTS = (
    Message(
        "knowledge.cache.sync.request",
        Way.REQUEST,
        payloads.KnowledgeRequest,
        "all cached answers of a kind",
        answer=payloads.KnowledgeAnswer,
    ),
    Message(
        "centralcloud.query.packages",
        Way.REQUEST,
        payloads.PackagesQuery,
        "packages that the fleet declares",
        answer=payloads.PackagesAnswer,
    ),
    Message(
        "centralcloud.query.models",
        Way.REQUEST,
        payloads.ModelsQuery,
        "aggregate models",
        answer=payloads.ModelsAnswer,
    ),
    Message(
        "centralcloud.query.recommendations",
        Way.REQUEST,
        payloads.RecommendationsQuery,
        "what the asking instance is recommended",
        answer=payloads.RecommendationsAnswer,
    ),
    Message(
        "centralcloud.query.insights",
        Way.REQUEST,
        payloads.InsightsQuery,
        "what holds for the fleet",
        answer=payloads.InsightsAnswer,
    ),
    Message(
        "centralcloud.query.statistics",
        Way.REQUEST,
        payloads.StatisticsQuery,
        "global statistics, with their history",
        answer=payloads.StatisticsAnswer,
    ),
)
MESSAGES = (*_UP, *_DOWN, *_REQUESTS)
_AUDIENCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_BY_SUBJECT = {message.subject: message for message in MESSAGES if message.for_all}
_BY_AUDIENCE = {message.subject: message for message in MESSAGES if message.audience}
STREAM_SUBJECTS = {
    Stream.INTELLIGENCE: [message.subject for message in _UP],
    Stream.INSIGHTS: ["intelligence.insights.>"],
    Stream.KNOWLEDGE: ["knowledge.cache.update.*", "knowledge.cache.invalidate.*"],
}


def message_of(subject: str) -> Message | None:
    """The row of a subject, with or without its audience; None for an unknown one."""
    if found := _BY_SUBJECT.get(subject):
        return found
    shared, _, audience = subject.rpartition(".")
    return _BY_AUDIENCE.get(shared) if _AUDIENCE.fullmatch(audience) else None


def message_for(payload: type[Payload]) -> Message:
    """The row that carries a payload. Raises KeyError for a payload that is not a message."""
    return _BY_PAYLOAD[payload]


_BY_PAYLOAD = {message.payload: message for message in MESSAGES}


def instance_source(instance: str) -> str:
    """The CloudEvents source of an instance."""
    return f"{INSTANCES}{instance}"


def instance_store(instance: str) -> str:
    """The object store of what an instance shares: it writes, Centralcloud reads."""
    return f"{MODELS_STORE}-{instance}"


def source_instance(source: str) -> str:
    """The instance that a source names; empty for Centralcloud."""
    return source.removeprefix(INSTANCES) if source.startswith(INSTANCES) else ""
