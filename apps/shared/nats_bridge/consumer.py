"""Takes messages from a durable consumer to the handlers, and acknowledges after the commit.

Three things go on at once: taking in and verifying, parsing the next batch, and applying some,
each in a transaction, which is mostly waiting for the database.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import ParamSpec, TypeVar

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.intake import Held, Intake
from apps.shared.nats_bridge.jitter import delay, every, pause
from apps.shared.nats_bridge.letters import Letter
from apps.shared.nats_bridge.pull import EXPIRES_SECONDS, Pull, give_back
from apps.shared.nats_bridge.services.reading import DatabaseGone, letters_parse, letters_verify
from apps.shared.nats_bridge.services.receiving import Verdict, letters_settle
from apps.shared.nats_bridge.standing import Standing, consumer_standing
from apps.shared.nats_bridge.wiring import Wiring

log = structlog.get_logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

APPLIERS = 2
"""Transactions at once: state does not mind which is first, and PostgreSQL has several cores."""
BATCH_MESSAGES = 256
BATCH_BYTES = 2 * 1024 * 1024
"""A transaction's worth: it bounds how long a batch takes, and so how long the next one waits."""
LONGEST_RETRY_SECONDS = 300.0
RETRY_STEPS = 3
"""A message that failed once waits as long as something that failed so many times more."""
DATABASE_SECONDS = 10.0
LAST_WAIT_SECONDS = 1.0
ASKS = 3
KEEP_SECONDS = 8.0
"""So often JetStream is told that what is held is worked on; well under its ``ack_wait``."""
FINISH_SECONDS = 10.0
"""What a batch gets to end in order when the bridge ends."""


class Consumer:
    """Receives over one connection what one durable consumer delivers."""

    def __init__(
        self,
        client: Client,
        wiring: Wiring,
        *,
        reading: DatabaseThreads,
        applying: DatabaseThreads,
        stream: str,
        consumer: str,
    ) -> None:
        self._client, self._stream, self._consumer = client, stream, consumer
        self._wiring, self._reading, self._applying = wiring, reading, applying
        self._pull = Pull(client, stream=stream, consumer=consumer)
        self._intake = Intake()
        self._parsed: asyncio.Queue[list[Held]] = asyncio.Queue(maxsize=1)
        self._failures: dict[int, int] = {}
        self._taken = 0

    async def run(self) -> None:
        """Receive for ever."""
        async with self._working():
            while True:
                await self._admit(await self._pull.batch(wait=EXPIRES_SECONDS))

    async def run_once(self) -> int | None:
        """Receive what the stream holds now. Returns how many messages; None without a consumer.

        What another bridge was handed is waited for, but no longer than that one has to
        acknowledge it: if it died, they come here then. What failed here is not waited for.
        Raises nats' Error.
        """
        first = await self._standing(asks=ASKS)
        if first is None:
            return None
        waited_since = time.monotonic()
        async with self._working():
            while True:
                messages = await self._pull.batch(wait=LAST_WAIT_SECONDS)
                await self._admit(messages)
                missing = self._taken < first.unsettled
                if missing and (messages or self._busy):
                    waited_since = time.monotonic()
                elif time.monotonic() - waited_since > first.ack_seconds + LAST_WAIT_SECONDS:
                    break  # also where new ones keep coming
                elif not messages and not self._busy and await self._all_settled():
                    break
        return self._taken

    async def _all_settled(self) -> bool:
        """Whether nothing is left but what failed here, as far as the server says."""
        now = await self._standing()
        return now is not None and now.unsettled <= len(self._failures)

    async def _standing(self, asks: int = 1) -> Standing | None:
        return await consumer_standing(
            self._client, stream=self._stream, consumer=self._consumer, asks=asks
        )

    @property
    def _busy(self) -> bool:
        return not self._intake.idle

    @asynccontextmanager
    async def _working(self) -> AsyncIterator[None]:
        """Parsing, applying and keeping go on until the caller has taken in what it wants."""
        try:
            async with self._pull, asyncio.TaskGroup() as tasks:
                others = [
                    tasks.create_task(self._parse()),
                    *(tasks.create_task(self._apply()) for _ in range(APPLIERS)),
                    tasks.create_task(every(KEEP_SECONDS, self._keep)),
                ]
                yield
                for task in others:
                    task.cancel()
        finally:
            await give_back(self._intake.messages)

    async def _admit(self, messages: Sequence[Msg]) -> None:
        """Verify what comes and queue it; one that is still worked on comes in vain."""
        new = [one for one in messages if not self._intake.holds(_place(one))]
        letters = [self._letter(one) for one in new]
        readings = await _insist(
            self._reading, letters_verify, letters=letters, wiring=self._wiring
        )
        for message, reading in zip(new, readings, strict=True):
            for late, seconds in self._intake.admit(message, reading):
                await late.nak(seconds)

    async def _parse(self) -> None:
        while True:
            batch = await self._intake.batch(messages=BATCH_MESSAGES, size=BATCH_BYTES)
            readings = [one.reading for one in batch]
            parsed = await _insist(
                self._reading, letters_parse, readings=readings, wiring=self._wiring
            )
            pairs = zip(batch, parsed, strict=True)
            await self._parsed.put([replace(one, reading=reading) for one, reading in pairs])

    async def _apply(self) -> None:
        while True:
            await _to_its_end(self._settle(await self._parsed.get()))

    async def _settle(self, batch: Sequence[Held]) -> None:
        started = time.monotonic()
        readings = [one.reading for one in batch]
        verdicts = await _insist(
            self._applying, letters_settle, readings=readings, wiring=self._wiring
        )
        for one, verdict in zip(batch, verdicts, strict=True):
            self._taken += one.sequence not in self._failures
            if verdict == Verdict.DONE:
                self._failures.pop(one.sequence, None)
                await one.message.ack()
            else:
                failures = self._failures[one.sequence] = one.reading.letter.attempts + 1
                seconds = delay(failures + RETRY_STEPS, longest=LONGEST_RETRY_SECONDS)
                await one.message.nak(seconds)
        self._intake.settled(batch, time.monotonic() - started)

    async def _keep(self) -> None:
        for message in (*self._intake.messages, *self._pull.waiting):
            await message.in_progress()

    def _letter(self, message: Msg) -> Letter:
        about = message.metadata
        return Letter(
            subject=message.subject,
            headers=message.headers or {},
            data=message.data,
            stream=about.stream,
            sequence=about.sequence.stream,
            stored_at=about.timestamp,
            attempts=self._failures.get(about.sequence.stream, 0),
        )


def _place(message: Msg) -> int:
    return message.metadata.sequence.stream


async def _insist(
    database: DatabaseThreads, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Try until the database takes it; meanwhile the messages stay with this bridge."""
    failures = 0
    while True:
        try:
            return await database.run(work, *args, **kwargs)
        except DatabaseGone as error:
            failures += 1
            log.warning("database.gone", error=str(error), failures=failures)
        await pause(failures, longest=DATABASE_SECONDS)


async def _to_its_end(work: Awaitable[None]) -> None:
    """Whoever cancels this waits for the work: what was committed is acknowledged."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=FINISH_SECONDS)
        task.cancel()
        raise
