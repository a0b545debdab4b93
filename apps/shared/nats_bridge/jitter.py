"""How long to wait before trying again: longer each time, and never all at once."""

from __future__ import annotations

import asyncio
import random

FIRST_SECONDS = 0.25
LONGEST_SECONDS = 30.0


def delay(failures: int, *, longest: float = LONGEST_SECONDS) -> float:
    """Seconds after so many failures in a row: exponential, with half of it drawn at random."""
    step = min(longest, FIRST_SECONDS * 2 ** min(failures, 20))
    return step / 2 + random.uniform(0, step / 2)  # noqa: S311  spreads load, hides nothing


async def pause(failures: int, *, longest: float = LONGEST_SECONDS) -> None:
    """Sleep for that long."""
    await asyncio.sleep(delay(failures, longest=longest))
