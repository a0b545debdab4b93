"""What is told of one subject, as messages in the outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from apps.shared.contracts.payloads import (
    ArchitecturePatternsLearned,
    CodePatternsLearned,
    FrameworksDetected,
    PackagesDeclared,
)
from apps.shared.contracts.payloads import architecture as architecture_contract
from apps.shared.contracts.payloads import code as code_contract
from apps.shared.contracts.payloads import frameworks as frameworks_contract
from apps.shared.contracts.payloads import packages as packages_contract
from apps.shared.contracts.payloads.base import CodebaseState, Payload
from apps.shared.contracts.revisions import next_revision
from apps.shared.nats_bridge.services import outbox_put
from apps.singularity.publishing.engine.splitting import Part, split
from apps.singularity.publishing.engine.subjects import Subject
from apps.singularity.publishing.models import PublishedState

Sink = Callable[[str, bytes], None]
"""Takes the subject and the data of each message as it is queued."""


def nowhere(_subject: str, _data: bytes) -> None:
    """Show a message to nobody."""


@dataclass(frozen=True, slots=True)
class Form:
    """The payload of a subject, its field of facts, and how many of each fit."""

    payload: type[CodebaseState]
    facts: str
    facts_limit: int
    withdrawn_limit: int


FORMS = {
    Subject.PATTERN: Form(
        CodePatternsLearned,
        "patterns",
        code_contract.PATTERNS_LIMIT,
        code_contract.WITHDRAWN_LIMIT,
    ),
    Subject.ARCHITECTURE: Form(
        ArchitecturePatternsLearned,
        "patterns",
        architecture_contract.LIMIT,
        architecture_contract.LIMIT,
    ),
    Subject.FRAMEWORK: Form(
        FrameworksDetected, "frameworks", frameworks_contract.LIMIT, frameworks_contract.LIMIT
    ),
    Subject.PACKAGE: Form(
        PackagesDeclared, "packages", packages_contract.LIMIT, packages_contract.LIMIT
    ),
}


@dataclass(slots=True)
class Told:
    """What a sync queued: numbers of messages, facts, withdrawals and bytes; refusals by reason."""

    messages: int = 0
    facts: int = 0
    withdrawn: int = 0
    size: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, other: Told) -> None:
        """Count another's in."""
        for name in ("messages", "facts", "withdrawn", "size"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused.update(other.refused)


def state_key(state: PublishedState) -> str:
    """What its messages are known by in the outbox."""
    return f"{state.subject}:{state.codebase.key}"


@dataclass(slots=True)
class Statement:
    """All messages of one sync of one state: they share a revision and a floor.

    Every message has the floor of the last complete statement, so that none of them alone is
    needed for it to hold. ``since`` is the revision of the source that had been told before.
    """

    state: PublishedState
    since: int
    complete: bool
    sink: Sink
    told: Told = field(default_factory=Told)
    revision: int = field(init=False)
    floor: int = field(init=False)

    def __post_init__(self) -> None:
        self.revision = next_revision(now=timezone.now(), last=self.state.revision)
        self.floor = self.revision if self.complete else self.state.floor

    def put(
        self, facts: Iterable[Payload], withdrawn: Iterable[str] = (), *, anyway: bool = False
    ) -> Told:
        """Queue the messages inside the caller's transaction, and move the state's revision on.

        Args:
            anyway: queue one even where there is no fact, for the sake of its floor.
        """
        form = FORMS[Subject(self.state.subject)]
        limits = {"facts_limit": form.facts_limit, "withdrawn_limit": form.withdrawn_limit}
        for part in split(facts, withdrawn, **limits):
            self._queue(form, part)
        if anyway and not self.told.messages:
            self._queue(form, Part((), ()))
        if self.told.messages:
            self.state.revision, self.state.floor = self.revision, self.floor
            self.state.told_at = timezone.now()
        return self.told

    def _queue(self, form: Form, part: Part[Payload]) -> None:
        key = self.state.codebase.key
        says = {form.facts: part.facts, "withdrawn": part.withdrawn}
        row = outbox_put(
            payload=form.payload(codebase=key, revision=self.revision, floor=self.floor, **says),
            order_key=key,
            state_key=state_key(self.state),
            since=self.since,
        )
        self.sink(row.subject, bytes(row.data))
        self.told.messages += 1
        self.told.facts += len(part.facts)
        self.told.withdrawn += len(part.withdrawn)
        self.told.size += row.size
