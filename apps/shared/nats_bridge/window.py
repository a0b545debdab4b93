"""One window of messages on their way to JetStream, until each is acknowledged or given up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from nats.js.api import Header

from apps.shared.contracts.errors import MessageRefused
from apps.shared.contracts.event import Event, event_encode
from apps.shared.contracts.nkeys import NKey
from apps.shared.contracts.payloads import GlobalStatistics, Heartbeat, InsightsAggregated
from apps.shared.contracts.subjects import message_for
from apps.shared.nats_bridge.publisher import NotStored, Publisher
from apps.shared.nats_bridge.services.sending import Outgoing

ACK_SECONDS = 10.0
"""Without any acknowledgement for so long, those missing are given up."""
MARK_SECONDS = 1.0
HEARTBEAT_TTL_SECONDS = 300
"""JetStream forgets a heartbeat after that: they say nothing of later and never fill a stream."""
_HEARTBEAT = message_for(Heartbeat).subject
_STATES = tuple(message_for(one).subject for one in (InsightsAggregated, GlobalStatistics))
"""Of these, each message tells all: the stream keeps the last one of a subject."""

Marking = Callable[[Sequence[int]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Signed:
    """A message as it goes out."""

    row: Outgoing
    headers: dict[str, str]


def sign_all(rows: Sequence[Outgoing], key: NKey) -> tuple[list[Signed], dict[int, str]]:
    """The signed ones, and by row the reasons of those that can never be sent."""
    signed, impossible = [], {}
    for row in rows:
        try:
            signed.append(Signed(row, _headers(row.event, key)))
        except MessageRefused as error:
            impossible[row.id] = str(error)
    return signed, impossible


def _headers(event: Event, key: NKey) -> dict[str, str]:
    headers = event_encode(event, key)
    if event.subject.startswith(_STATES):
        headers[Header.ROLLUP] = "sub"
    if event.subject == _HEARTBEAT:
        headers[Header.MSG_TTL] = str(HEARTBEAT_TTL_SECONDS)
    return headers


class Window:
    """``open`` rows are on their way, ``failed`` may be tried again, ``impossible`` never."""

    def __init__(self, publisher: Publisher, rows: Sequence[Signed]) -> None:
        self._publisher, self._rows = publisher, rows
        self._waiting: dict[asyncio.Future[None], int] = {}
        self.open = {one.row.id for one in rows}
        self.failed: dict[int, str] = {}
        self.impossible: dict[int, str] = {}

    async def send(self, *, mark: Marking, renew: Marking) -> None:
        """Publish in order, mark what is acknowledged, renew the claim on what is not yet."""
        for one in self._rows:
            await self._publish(one)
        while self._waiting:
            acknowledged = await self._acknowledged()
            if acknowledged is None:
                break
            await mark(acknowledged)
            self.open.difference_update(acknowledged)
            if self._waiting:
                await renew(list(self._waiting.values()))
        for future in self._waiting:
            future.cancel()

    async def _publish(self, one: Signed) -> None:
        event = one.row.event
        try:
            future = await self._publisher.publish(event.subject, event.data, one.headers)
        except MaxPayloadError as error:
            self._settle(one.row.id, error, hopeless=True)
        except NatsError as error:
            self._settle(one.row.id, error)
        else:
            self._waiting[future] = one.row.id

    async def _acknowledged(self) -> list[int] | None:
        """Rows acknowledged within the next second; None when there was no answer for long."""
        for _ in range(round(ACK_SECONDS / MARK_SECONDS)):
            done, _ = await asyncio.wait(self._waiting, timeout=MARK_SECONDS)
            if done:
                return [row for future in done if (row := self._outcome(future)) is not None]
        return None

    def _outcome(self, future: asyncio.Future[None]) -> int | None:
        row = self._waiting.pop(future)
        error = future.exception()
        if error is None:
            return row
        self._settle(row, error, hopeless=isinstance(error, NotStored) and error.hopeless)
        return None

    def _settle(self, row: int, error: BaseException, *, hopeless: bool = False) -> None:
        self.open.discard(row)
        (self.impossible if hopeless else self.failed)[row] = str(error)
