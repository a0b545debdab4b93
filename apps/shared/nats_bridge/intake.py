"""Messages that a bridge holds between the stream and the handlers, by sender.

JetStream delivers in the order of the stream, so whoever floods it stands before all others. So a
bridge reads on past the flood: what it holds is bounded, its batches take one message of each
sender in turn, and of the largest pile it puts back the newest, to come again about when its turn
is. Guaranteed thereby, while a flood has at most ``MAX_ACK_PENDING`` messages: others wait for
the flood to be read past, which is quick, and for a few batches, not for the flood to be applied.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nats.aio.msg import Msg

from apps.shared.nats_bridge.fair import FairQueue
from apps.shared.nats_bridge.services.reading import Reading

HELD_BYTES = 16 * 1024 * 1024
SMALLEST_BYTES = 1024
"""What a message counts at least: one is some work, however small it is."""
SLOWEST_RATE = 512 * 1024
LONGEST_WAIT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Held:
    """A message and what reading it gave so far."""

    message: Msg
    reading: Reading

    @property
    def sequence(self) -> int:
        """Its place in the stream."""
        return self.reading.letter.sequence

    @property
    def size(self) -> int:
        """Bytes that it counts for."""
        return max(SMALLEST_BYTES, len(self.reading.letter.data))


@dataclass(frozen=True, slots=True)
class _Postponed:
    size: int
    due: float


class Intake:
    """What one bridge holds: queued by sender, then in a batch, until it is settled."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._queue: FairQueue[Held] = FairQueue(HELD_BYTES)
        self._held: dict[int, Held] = {}
        self._postponed: dict[int, _Postponed] = {}
        self._rate = float(HELD_BYTES)
        self._more = asyncio.Event()

    @property
    def messages(self) -> list[Msg]:
        """All that are held."""
        return [one.message for one in self._held.values()]

    @property
    def idle(self) -> bool:
        """Whether nothing is held, and nothing that was put back is still to come."""
        now = self._clock()
        return not self._held and all(one.due < now for one in self._postponed.values())

    def holds(self, sequence: int) -> bool:
        """Whether a message that comes again is still being worked on."""
        return sequence in self._held

    def admit(self, message: Msg, reading: Reading) -> list[tuple[Msg, float]]:
        """Hold a message. Returns those to put back, and after how many seconds they may come."""
        one = Held(message, reading)
        self._postponed.pop(one.sequence, None)
        self._held[one.sequence] = one
        over = self._queue.put(reading.sender, one, one.size)
        self._more.set()
        return [(late.message, self._postpone(late)) for late in over]

    async def batch(self, *, messages: int, size: int) -> list[Held]:
        """The next ones, each sender's in turn; waits for the first."""
        while not self._queue:
            self._more.clear()
            await self._more.wait()
        return self._queue.take(items=messages, size=size)

    def settled(self, batch: Sequence[Held], seconds: float) -> None:
        """They are done, in so many seconds."""
        for one in batch:
            self._held.pop(one.sequence, None)
        speed = sum(one.size for one in batch) / max(seconds, 1e-6)
        self._rate += (speed - self._rate) / 4

    def _postpone(self, one: Held) -> float:
        """Seconds until all that is held and all that was put back before it is done."""
        del self._held[one.sequence]
        now = self._clock()
        self._postponed = {key: late for key, late in self._postponed.items() if late.due > now}
        ahead = HELD_BYTES + sum(late.size for late in self._postponed.values())
        seconds = min(LONGEST_WAIT_SECONDS, ahead / max(self._rate, SLOWEST_RATE))
        self._postponed[one.sequence] = _Postponed(one.size, now + seconds)
        return seconds
