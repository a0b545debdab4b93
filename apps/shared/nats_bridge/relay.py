"""Sends what is in the outbox: claim, sign, publish, wait for acknowledgements, mark.

A claim is the window: so many messages and bytes are on their way unacknowledged, and no more.
Messages of one order key are published in order. One that must be sent again, because its
acknowledgement did not come, may come after later ones: revisions make that harmless.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

import structlog
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client

from apps.shared.contracts.nkeys import NKey
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.jitter import pause
from apps.shared.nats_bridge.publisher import Publisher
from apps.shared.nats_bridge.services import sending
from apps.shared.nats_bridge.window import Signed, Window, sign_all

log = structlog.get_logger(__name__)

WINDOW_MESSAGES = 256
WINDOW_BYTES = 8 * 1024 * 1024
POLL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the name of its rows, the source of its events, the key that signs them."""

    name: str
    source: str
    key: NKey


class SendingFailed(Exception):
    """Some messages were not acknowledged and wait for another attempt; the text says why."""

    def __init__(self, text: str, *, sent: int) -> None:
        super().__init__(text)
        self.sent = sent


class Relay:
    """Sends the messages of one sender over one connection."""

    def __init__(self, client: Client, sender: Sender, database: DatabaseThreads) -> None:
        self._sender, self._database = sender, database
        self._id = f"relay-{uuid4().hex[:12]}"
        self._publisher = Publisher(client)

    async def run(self, wake: asyncio.Event) -> None:
        """Send whenever there is something to send, for ever."""
        failures = 0
        while True:
            wake.clear()
            try:
                sent = await self.send_some()
            except (SendingFailed, DatabaseError, InterfaceError) as error:
                failures = 1 if getattr(error, "sent", 0) else failures + 1
                log.warning("outbox.not_sent", error=str(error), failures=failures)
                await pause(failures)
                continue
            failures = 0
            if not sent:
                with suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), POLL_SECONDS)

    async def send_some(self) -> int:
        """Send one window. Returns how many messages it was. Raises SendingFailed."""
        rows, impossible = await self._database.run(self._claim)
        if rows or impossible:
            await self._send(rows, impossible)
        return len(rows) + len(impossible)

    def _claim(self) -> tuple[list[Signed], dict[int, str]]:
        claimed = sending.outbox_claim(
            name=self._sender.name,
            source=self._sender.source,
            relay=self._id,
            limit=WINDOW_MESSAGES,
            size=WINDOW_BYTES,
        )
        return sign_all(claimed, self._sender.key)

    async def _send(self, rows: Sequence[Signed], impossible: dict[int, str]) -> None:
        window = Window(self._publisher, rows)
        try:
            await window.send(mark=self._mark, renew=self._renew)
        finally:
            # Also when the connection is lost and this task is cancelled: others may go on now.
            unheard = frozenset(window.open)
            errors = dict.fromkeys(unheard, "not acknowledged") | window.failed
            impossible |= window.impossible
            released = self._database.submit(self._release, errors, unheard, impossible)
        await asyncio.wrap_future(released)
        if errors:
            sent = len(rows) - len(errors) - len(window.impossible)
            raise SendingFailed(next(iter(errors.values())), sent=sent)

    def _release(
        self, errors: dict[int, str], unheard: Collection[int], impossible: dict[int, str]
    ) -> None:
        if errors:
            sending.outbox_release(errors=errors, unheard=unheard, relay=self._id)
        if impossible:
            log.error("outbox.set_aside", messages=len(impossible))
            sending.outbox_set_aside(errors=impossible)

    async def _mark(self, ids: Sequence[int]) -> None:
        await self._database.run(sending.outbox_mark_sent, ids=ids)

    async def _renew(self, ids: Sequence[int]) -> None:
        await self._database.run(sending.outbox_renew, ids=ids, relay=self._id)
