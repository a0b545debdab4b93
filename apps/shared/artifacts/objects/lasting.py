"""Work over NATS that outlasts a connection, within bounds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.conf import settings
from nats.aio.client import Client
from nats.errors import Error as NatsError

from apps.shared.artifacts.engine.errors import ArtifactUnavailable
from apps.shared.nats_bridge.connection import NoConnection, connected

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds without progress before it is given up."""
PAUSE_SECONDS = 0.5


class Report(Protocol):
    """Who is told how far it is."""

    def __call__(self, done: int, total: int, /) -> Any:
        """Bytes that are done, and all."""


def silent(done: int, total: int, /) -> None:
    """Tells nobody."""


class Away(Exception):
    """NATS does not answer now: it may later."""


@dataclass(slots=True)
class Progress:
    """How far it is, and since when it was not farther."""

    total: int
    report: Report = silent
    farthest: int = -1
    moved: float = field(default_factory=time.monotonic)

    def at(self, done: int) -> None:
        """So many bytes are done; what is done again is no progress."""
        if done > self.farthest:
            self.farthest, self.moved = done, time.monotonic()
            self.report(done, self.total)


Work = Callable[[Client], Coroutine[Any, Any, T]]


def lasting(work: Work[T], *, progress: Progress, patience: float = PATIENCE) -> T:
    """Run the work over a connection, and again over a new one while it makes progress.

    Raises:
        ArtifactUnavailable: this site has no key, or NATS stayed away for ``patience`` seconds;
            and what the work itself raises.
    """
    return asyncio.run(_lasting(work, progress, patience))


async def _lasting(work: Work[T], progress: Progress, patience: float) -> T:
    if settings.ENVIRONMENT.nats_mode == "isolated":
        raise ArtifactUnavailable("This instance is isolated: set NATS_HOST to share models.")
    key = settings.IDENTITY.key
    if key is None:
        raise ArtifactUnavailable(
            f"{settings.IDENTITY.name} is not enrolled: it has no key for NATS."
        )
    while True:
        lost = asyncio.Event()
        try:
            async with connected(key=key, lost=lost) as client:
                return await _unless_lost(work(client), lost)
        except (NoConnection, NatsError, Away, TimeoutError) as error:
            if time.monotonic() - progress.moved > patience:
                reason = str(error).strip() or type(error).__name__
                raise ArtifactUnavailable(
                    f"NATS does not do it: {reason}. Try again later."
                ) from None
        await asyncio.sleep(PAUSE_SECONDS)


async def _unless_lost(work: Coroutine[Any, Any, T], lost: asyncio.Event) -> T:
    """The work's result. What waits on a connection that ended would wait without end: Away."""
    task, ended = asyncio.create_task(work), asyncio.create_task(lost.wait())
    try:
        await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Away("the connection is lost")
        return await task
    finally:
        ended.cancel()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
