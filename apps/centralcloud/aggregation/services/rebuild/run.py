"""Rebuild what the stream says, beside the live tables, and compare the two.

The live bridge goes on meanwhile. Only for the last messages and the comparison itself does it
wait, and with it whoever withdraws an instance, so that both sides stand at the same message and
are added up at the same time.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import unquote

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from apps.centralcloud.aggregation.handlers import BY_SUBJECT
from apps.centralcloud.aggregation.services.adding_up import facts_aggregate, facts_hold
from apps.centralcloud.aggregation.services.rebuild.stream import StreamReader, StreamUnreadable
from apps.centralcloud.aggregation.services.rebuild.tables import (
    WRITTEN_BY_HANDLERS,
    Difference,
    RebuildTables,
)
from apps.centralcloud.fleet.selectors.admission import withdrawals_held
from apps.shared.nats_bridge.database import database_gone
from apps.shared.nats_bridge.letters import Letter, Refused, letter_open
from apps.shared.nats_bridge.received import Received
from apps.shared.nats_bridge.selectors import applied
from apps.shared.nats_bridge.wiring import Wiring, site_wiring

log = structlog.get_logger(__name__)
BATCHES_PUT_BY = 16
"""Of 4 MiB and 256 messages at most: so much is held in memory for the end."""
LOCK_TRIES, LOCK_SECONDS = 600, 0.05
Progress = Callable[[int, int], None]
"""Told how many messages were read, of how many."""


@dataclass(slots=True)
class Rebuilt:
    """What was read and how the two sides differ.

    ``carried`` contributions are older than the stream; ``refused`` and ``failed`` messages were
    not applied.
    """

    messages: int = 0
    refused: int = 0
    failed: int = 0
    carried: int = 0
    differences: list[Difference] = field(default_factory=list)
    swapped: bool = False


def rebuild_from_stream(
    *, apply: bool = False, progress: Progress = lambda _read, _all: None
) -> Rebuilt:
    """Rebuild from the first message on; with ``apply`` the live tables become the same.

    Raises:
        StreamUnreadable: there is no NATS or no stream, another rebuild runs, or an instance was
            withdrawn meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        tables = RebuildTables(cursor.fetchone()[0])
    with StreamReader(BY_SUBJECT) as stream:
        if not tables.open():
            raise StreamUnreadable("another rebuild runs: wait for its end")
        try:
            return _Rebuild(tables, stream, progress).run(apply=apply)
        finally:
            tables.close()


class _Rebuild:
    def __init__(self, tables: RebuildTables, stream: StreamReader, progress: Progress) -> None:
        self._tables, self._stream, self._progress = tables, stream, progress
        self._wiring = Wiring(handlers=BY_SUBJECT, senders=site_wiring().senders)
        self._done = Rebuilt()
        self._later: list[list[Letter]] = []
        with transaction.atomic():
            self._withdrawn = withdrawals_held()

    def run(self, *, apply: bool) -> Rebuilt:
        if self._stream.first_sequence > 1 and self._stream.begins_at is not None:
            begins = int(self._stream.begins_at.timestamp() * 1_000_000)
            self._done.carried = self._tables.carry(before=begins)
        self._read(self._stream.applied_up_to())
        with self._tables.used():
            facts_aggregate(full=True)
        with transaction.atomic():
            self._withdrawals_check(withdrawals_held())
            _hold_live()
            self._read_rest()
            self._compare(timezone.now(), apply=apply)
        return self._done

    def _withdrawals_check(self, now: Mapping[str, datetime | None]) -> None:
        """What was read of an instance that was withdrawn since would bring it back."""
        gone = [name for name, at in now.items() if at != self._withdrawn.get(name)]
        if gone:
            raise StreamUnreadable(f"{', '.join(gone)} was withdrawn meanwhile: start again")

    def _read(self, end: int) -> None:
        """Messages up to ``end``; some after it are put by: who knows if they count."""
        for letters in self._stream.batches():
            self._apply([one for one in letters if one.sequence <= end])
            if later := [one for one in letters if one.sequence > end]:
                self._later.append(later)
            if len(self._later) >= BATCHES_PUT_BY:
                return

    def _read_rest(self) -> None:
        """Of the last messages those that the live side has applied."""
        end = self._stream.applied_up_to()
        for letters in chain(self._later, self._stream.batches()):
            known = applied(event_ids=[_id(one) for one in letters if one.sequence > end])
            self._apply([one for one in letters if one.sequence <= end or _id(one) in known])

    def _apply(self, letters: Sequence[Letter]) -> None:
        self._done.messages += len(letters)
        opened = [letter_open(one, self._wiring) for one in letters]
        self._done.refused += sum(isinstance(one, Refused) for one in opened)
        received = [one for one in opened if isinstance(one, Received)]
        with self._tables.used():
            try:
                _handle(received)
            except Exception as error:
                if database_gone(error):
                    raise
                self._done.failed += sum(not _handled_alone(one) for one in received)
        self._progress(self._done.messages, max(self._done.messages, self._stream.messages))

    def _compare(self, now: datetime, *, apply: bool) -> None:
        with self._tables.used():
            facts_aggregate(now=now)
        facts_aggregate(now=now)
        kept = now - timedelta(days=settings.RETENTION_DAYS)
        given = {"kept": kept, "kept_revision": int(kept.timestamp() * 1_000_000)}
        self._done.differences = self._tables.differences(given)
        if apply and self._done.differences:
            self._tables.swap(given)
            self._done.swapped = True


@transaction.atomic
def _handle(received: Iterable[Received[Any]]) -> None:
    by_subject: dict[str, list[Received[Any]]] = defaultdict(list)
    for one in received:
        by_subject[one.subject].append(one)
    for subject, together in sorted(by_subject.items()):
        BY_SUBJECT[subject](together)


def _handled_alone(one: Received[Any]) -> bool:
    try:
        _handle([one])
    except Exception as error:
        if database_gone(error):
            raise
        log.warning("rebuild.failed", subject=one.subject, event=one.event_id, error=str(error))
        return False
    return True


def _hold_live() -> None:
    """Keep handlers and adding up from the live tables until the transaction ends.

    It never waits while it holds one of two locks, so it cannot be part of a deadlock.
    """
    facts_hold()
    tables = ", ".join(one._meta.db_table for one in WRITTEN_BY_HANDLERS)  # noqa: SLF001  documented
    for _ in range(LOCK_TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE NOWAIT")
        except OperationalError:
            time.sleep(LOCK_SECONDS)
        else:
            return
    raise StreamUnreadable("the live tables are in use all the time: try again later")


def _id(letter: Letter) -> str:
    """The CloudEvents id, empty for what is no event."""
    return unquote(next((v for k, v in letter.headers.items() if k.lower() == "ce-id"), ""))
