"""Tell the code patterns that changed: those told before are not told again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from apps.shared.contracts.payloads import CodePatternFact
from apps.shared.nats_bridge.services import outbox_take_back
from apps.singularity.patterns.engine.changed import ChangedPattern
from apps.singularity.patterns.selectors.changed import mined_revision, patterns_changed
from apps.singularity.publishing.engine.code import pattern_fact
from apps.singularity.publishing.engine.refusal import Refused
from apps.singularity.publishing.engine.text_scan import suspicious
from apps.singularity.publishing.models import PublishedState
from apps.singularity.publishing.services.facts_table import (
    facts_gone,
    facts_refused,
    facts_store,
    facts_told,
)
from apps.singularity.publishing.services.messages import Sink, Statement, Told, state_key
from apps.singularity.publishing.services.scanner import SECRETS
from apps.singularity.publishing.services.source import Source
from apps.singularity.publishing.services.states import is_due_anew, state_store

_SCANNED = 500
"""Facts whose texts are looked at together."""


def patterns_sync(*, state: PublishedState, source: Source, full: bool, sink: Sink) -> Told:
    """Tell what changed since the revision that was told, inside the caller's transaction.

    What is queued and not sent is taken back and told with the rest, so that the outbox never
    holds a fact more than once, however long nothing can be sent.

    Args:
        full: tell all that holds.
    """
    codebase = state.codebase.codebase
    mined = mined_revision(codebase=codebase)  # before the rows: what comes between is told twice
    complete = full or is_due_anew(state, source_revision=mined)
    if not complete and mined == state.source_revision:
        return Told()
    was_told = state.is_told
    taken = outbox_take_back(state_key=state_key(state))
    since = min(state.source_revision, state.source_revision if taken is None else taken)
    since = 0 if complete else since
    also = [] if complete else facts_refused(state=state)
    changed = _Changed(source, patterns_changed(codebase=codebase, after=since, also=also))
    statement = Statement(state, since, complete, sink)
    told = statement.put(
        changed.facts(),
        () if complete else changed.withdrawn(state),
        anyway=taken is not None or (complete and was_told),
    )
    facts_store(state=state, told=changed.told, refused=changed.refused, complete=complete)
    facts_gone(state=state, keys=changed.gone)
    state_store(state, source_revision=mined, complete=complete)
    told.refused.update(changed.refused.values())
    return told


@dataclass(slots=True)
class _Changed:
    """Sorts changed patterns into those told, those refused, and those that hold no more."""

    source: Source
    rows: Iterator[ChangedPattern]
    told: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    def facts(self) -> Iterator[CodePatternFact]:
        """What may leave, as it passes the last look at its text."""
        passing = self._passing()
        while some := list(islice(passing, _SCANNED)):
            texts = [f"{one.template}\n{one.canonical}" for one in some]
            found = dict(suspicious(texts, SECRETS))
            for at, fact in enumerate(some):
                if reason := found.get(at):
                    self.refused[fact.signature] = reason.value
                else:
                    self.told.append(fact.signature)
                    yield fact

    def withdrawn(self, state: PublishedState) -> Iterator[str]:
        """Those that were told once and are not told now; known when all facts have passed."""
        yield from facts_told(state=state, keys=[*self.gone, *self.refused])

    def _passing(self) -> Iterator[CodePatternFact]:
        check = self.source.names.check
        for row in self.rows:
            if row.withdrawn:
                self.gone.append(row.signature)
                continue
            try:
                yield pattern_fact(row, check)
            except Refused as error:
                self.refused[row.signature] = error.reason.value
