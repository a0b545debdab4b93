"""Tell subjects of few facts: all of them whenever one has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from django.utils import timezone

from apps.shared.contracts.payloads import ArchitectureFact, FrameworkFact, PackageFact
from apps.shared.contracts.payloads.base import Payload
from apps.shared.nats_bridge.services import outbox_take_back
from apps.singularity.patterns.selectors.changed import (
    architecture_known,
    frameworks_known,
    mined_revision,
)
from apps.singularity.publishing.engine.refusal import Refused
from apps.singularity.publishing.engine.subjects import Subject
from apps.singularity.publishing.engine.text_scan import suspicious
from apps.singularity.publishing.models import PublishedState
from apps.singularity.publishing.services.facts_table import facts_first_seen, facts_store
from apps.singularity.publishing.services.messages import Sink, Statement, Told, state_key
from apps.singularity.publishing.services.policy import own_words
from apps.singularity.publishing.services.scanner import SECRETS
from apps.singularity.publishing.services.source import Source
from apps.singularity.publishing.services.states import is_due_anew, state_store

R = TypeVar("R")
Facts = dict[str, Payload]
Refusals = dict[str, str]
Collected = tuple[Facts, Refusals]


def whole_sync(*, state: PublishedState, source: Source, full: bool, sink: Sink) -> Told:
    """Tell all facts of a subject if one has changed, inside the caller's transaction.

    They stand under a floor, so that what is not among them holds no more.

    Args:
        full: tell them even where none has changed.
    """
    revision = _source_revision(state, source)
    full = full or is_due_anew(state, source_revision=revision)
    if not full and revision == state.source_revision:
        return Told()
    facts, refused = _without_suspicious(_COLLECTORS[Subject(state.subject)](state, source))
    digest = _digest(facts.values())
    told, is_news = Told(), full or digest != state.digest
    if is_news:
        outbox_take_back(state_key=state_key(state))
        statement = Statement(state, 0, True, sink)  # noqa: FBT003  the dataclass's own order
        told = statement.put(facts.values(), anyway=state.is_told)
    facts_store(state=state, told=list(facts), refused=refused, complete=True)
    state.digest = digest
    state_store(state, source_revision=revision, complete=is_news)
    told.refused.update(refused.values())
    return told


def _source_revision(state: PublishedState, source: Source) -> int:
    """Grows whenever the facts may have changed."""
    if state.subject == Subject.PACKAGE:
        return int(source.codebase.revision)
    return mined_revision(codebase=state.codebase.codebase)


def _architecture(state: PublishedState, _source: Source) -> Collected:
    words = own_words()
    rows = architecture_known(codebase=state.codebase.codebase)
    return _collected(rows, lambda row: row.key, words.architecture_fact)


def _frameworks(state: PublishedState, source: Source) -> Collected:
    words, refusal = own_words(), source.packages.refusal
    rows = frameworks_known(codebase=state.codebase.codebase)
    return _collected(rows, lambda row: row.key, lambda row: words.framework_fact(row, refusal))


def _packages(state: PublishedState, source: Source) -> Collected:
    seen = facts_first_seen(state=state)
    facts, refused = source.packages.facts(seen, timezone.now())
    return {fact.purl: fact for fact in facts}, refused


_COLLECTORS: Mapping[Subject, Callable[[PublishedState, Source], Collected]] = {
    Subject.ARCHITECTURE: _architecture,
    Subject.FRAMEWORK: _frameworks,
    Subject.PACKAGE: _packages,
}


def _collected(
    rows: Iterable[R], key: Callable[[R], str], fact_of: Callable[[R], Payload]
) -> Collected:
    facts: Facts = {}
    refused: Refusals = {}
    for row in rows:
        try:
            facts[key(row)] = fact_of(row)
        except Refused as error:
            refused[key(row)] = error.reason.value
    return facts, refused


def _without_suspicious(collected: Collected) -> Collected:
    """Without the facts that the last look at their text holds back."""
    facts, refused = collected
    keys = list(facts)
    for at, reason in list(suspicious([_text(facts[key]) for key in keys], SECRETS)):
        refused[keys[at]] = reason.value
        facts.pop(keys[at], None)
    return facts, refused


def _text(fact: Payload) -> str:
    """All words of a fact, without its numbers and times."""
    given: Sequence[object]
    match fact:
        case PackageFact():
            given = (fact.purl, *fact.requirements, *fact.versions, *fact.scopes)
        case FrameworkFact():
            given = (fact.key, fact.name, fact.purl or "", fact.version, fact.requirement)
        case ArchitectureFact():
            given = (fact.key, fact.name, *fact.evidence)
        case _:
            raise TypeError(f"{type(fact)} is no fact of a whole")
    return " ".join(map(str, given))


def _digest(facts: Iterable[Payload]) -> str:
    digest = hashlib.sha256()
    for fact in facts:
        digest.update(fact.model_dump_json().encode() + b"\n")
    return digest.hexdigest()
