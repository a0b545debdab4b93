"""The bridge of one site: a connection, all that goes over it, and a new one when it is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from nats.aio.client import Client

from apps.shared.contracts.nkeys import NKey
from apps.shared.nats_bridge.connection import NoConnection, connected
from apps.shared.nats_bridge.consumer import APPLIERS
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.jitter import every, pause
from apps.shared.nats_bridge.queries import THREADS
from apps.shared.nats_bridge.relay import Sender
from apps.shared.nats_bridge.services.state import bridge_state_write
from apps.shared.nats_bridge.session import STATE_SECONDS, ConnectionLost, Session, Threads
from apps.shared.nats_bridge.status import Status
from apps.shared.nats_bridge.wake import listen
from apps.shared.nats_bridge.wiring import Wiring

log = structlog.get_logger(__name__)

ENROLLED_SECONDS = 3.0
LASTING_SECONDS = 10.0
"""A session that lasted so long was no failure."""
NOT_ENROLLED = (
    "This instance is not enrolled: set INSTANCE_NKEY_SEED to what "
    "`manage.py instance_enroll {name}` prints at Centralcloud."
)
Say = Callable[[str], None]


def site_key(wiring: Wiring) -> NKey | None:
    """The key of this site; Centralcloud draws its own at first need."""
    central = wiring.audiences is not None
    return settings.IDENTITY.key_made_here() if central else settings.IDENTITY.key


@contextmanager
def bridge_threads() -> Iterator[Threads]:
    """Threads for database work; leaving waits until they are done."""
    with (
        DatabaseThreads("relay") as relay,
        DatabaseThreads("reading") as reading,
        DatabaseThreads("applying", APPLIERS) as applying,
        DatabaseThreads("small") as small,
        DatabaseThreads("questions", THREADS) as questions,
    ):
        yield Threads(relay, reading, applying, small, questions)


class Bridge:
    """Runs until it is cancelled. Several of one site may run side by side."""

    def __init__(self, wiring: Wiring, threads: Threads, say: Say) -> None:
        self._wiring, self._threads, self._say = wiring, threads, say
        self.status = Status()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Connect again for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(every(STATE_SECONDS, self._write_state))
            tasks.create_task(listen(name=settings.IDENTITY.name, wake=self._wake))
            tasks.create_task(self._sessions())

    async def _sessions(self) -> None:
        failures = 0
        while True:
            key = await self._key()
            started = time.monotonic()
            await self._session(key)
            failures = 0 if time.monotonic() - started > LASTING_SECONDS else failures + 1
            await pause(failures)

    async def _session(self, key: NKey) -> None:
        """Work over one connection until it is lost."""
        lost = asyncio.Event()
        try:
            async with connected(key=key, lost=lost) as client:
                self.status.up(_address(client))
                self._say(f"Connected to NATS at {self.status.server}.")
                await self._over(client, key).run(self._wake, lost)
        except Exception as error:  # noqa: BLE001  whatever ends a session, the next may do better
            self._down(error)

    def _over(self, client: Client, key: NKey) -> Session:
        identity = settings.IDENTITY
        sender = Sender(identity.name, identity.source, key)
        return Session(client, sender, self._wiring, self._threads, self.status, self._say)

    def _down(self, error: BaseException) -> None:
        line = _reason(error)
        if self.status.detail != line:
            self._say(f"No connection to NATS: {line}; trying again.")
        self.status.down(line)

    async def _key(self) -> NKey:
        """The key, waited for. It may have been rotated since the last connection."""
        waited = False
        while (key := await asyncio.to_thread(site_key, self._wiring)) is None:
            line = NOT_ENROLLED.format(name=settings.IDENTITY.name)
            if not waited:
                self._say(f"{line} Waiting.")
            waited = True
            self.status.down(line)
            await asyncio.sleep(ENROLLED_SECONDS)
        return key

    async def _write_state(self) -> None:
        await self._threads.small.run(bridge_state_write, status=self.status)


def _address(client: Client) -> str:
    url = client.connected_url
    return f"{url.hostname}:{url.port}" if url else ""


def _reason(error: BaseException) -> str:
    """The first real error of a group, as one line."""
    while isinstance(error, BaseExceptionGroup):
        lost = [one for one in error.exceptions if isinstance(one, ConnectionLost)]
        error = lost[0] if lost else error.exceptions[0]
    known = isinstance(error, NoConnection | ConnectionLost)
    if not known:
        log.error("session.failed", exc_info=error)
    return str(error) if known else f"{type(error).__name__}: {error}"
