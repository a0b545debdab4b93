"""Takes messages from a durable consumer to the handlers, and acknowledges after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.jitter import delay, pause
from apps.shared.nats_bridge.letters import Letter
from apps.shared.nats_bridge.pull import EXPIRES_SECONDS, Pull
from apps.shared.nats_bridge.services.receiving import DatabaseGone, Verdict, letters_receive
from apps.shared.nats_bridge.wiring import Wiring

log = structlog.get_logger(__name__)

LONGEST_RETRY_SECONDS = 300.0
RETRY_STEPS = 3
"""A message that failed once waits as long as something that failed so many times more."""
DATABASE_SECONDS = 10.0
LAST_WAIT_SECONDS = 1.0
FINISH_SECONDS = 10.0
"""What a batch gets to end in order when the bridge ends."""


class Consumer:
    """Receives over one connection what one durable consumer delivers."""

    def __init__(
        self,
        client: Client,
        wiring: Wiring,
        database: DatabaseThreads,
        *,
        stream: str,
        consumer: str,
    ) -> None:
        self._wiring, self._database = wiring, database
        self._pull = Pull(client, stream=stream, consumer=consumer)

    async def run(self) -> None:
        """Receive for ever."""
        async with self._pull:
            while True:
                messages = await self._pull.batch(wait=EXPIRES_SECONDS)
                await _to_its_end(self._receive(messages))

    async def run_once(self) -> int:
        """Receive until nothing more comes. Returns how many messages came."""
        total = 0
        async with self._pull:
            while messages := await self._pull.batch(wait=LAST_WAIT_SECONDS):
                total += len(messages)
                await self._receive(messages)
        return total

    async def _receive(self, messages: Sequence[Msg]) -> None:
        if not messages:
            return
        letters = [_letter(one) for one in messages]
        verdicts = await self._verdicts(messages, letters)
        for message, letter, verdict in zip(messages, letters, verdicts, strict=True):
            if verdict == Verdict.DONE:
                await message.ack()
            else:
                await message.nak(_retry_seconds(letter.attempts))

    async def _verdicts(self, messages: Sequence[Msg], letters: Sequence[Letter]) -> list[Verdict]:
        """Try until the database takes them; meanwhile they stay with this bridge."""
        failures = 0
        while True:
            try:
                return await self._database.run(
                    letters_receive, letters=letters, wiring=self._wiring
                )
            except DatabaseGone as error:
                failures += 1
                log.warning("database.gone", error=str(error), failures=failures)
            for one in (*messages, *self._pull.waiting):
                await one.in_progress()
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


def _letter(message: Msg) -> Letter:
    about = message.metadata
    return Letter(
        subject=message.subject,
        headers=message.headers or {},
        data=message.data,
        stream=about.stream,
        sequence=about.sequence.stream,
        stored_at=about.timestamp,
        attempts=about.num_delivered,
    )


def _retry_seconds(attempts: int) -> float:
    return delay(attempts + RETRY_STEPS, longest=LONGEST_RETRY_SECONDS)
