"""When to do something again: longer waits after failures, and never all at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)

FIRST_SECONDS = 0.25
LONGEST_SECONDS = 30.0


def delay(failures: int, *, longest: float = LONGEST_SECONDS) -> float:
    """Seconds after so many failures in a row: exponential, with half of it drawn at random."""
    step = min(longest, FIRST_SECONDS * 2.0 ** min(failures, 20))
    return step / 2 + random.uniform(0, step / 2)  # noqa: S311  spreads load, hides nothing


async def pause(failures: int, *, longest: float = LONGEST_SECONDS) -> None:
    """Sleep for that long."""
    await asyncio.sleep(delay(failures, longest=longest))


async def every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do it now and every so many seconds, for ever; an error is logged and ends nothing else."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  the next time may do better
            log.warning("periodic.failed", work=work.__qualname__, error=str(error))
        await asyncio.sleep(seconds * random.uniform(0.9, 1.1))  # noqa: S311  spreads load
