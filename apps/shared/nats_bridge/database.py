"""Database work beside an event loop: in threads that keep their connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connections,
)

from apps.shared.core.embedded.errors import EmbeddedServerError

P = ParamSpec("P")
T = TypeVar("T")
PASSING = ("08", "40", "53", "55P03", "57P")
"""SQLSTATEs, or their classes, that pass without anybody's doing (PostgreSQL, appendix A).

Connection lost, transaction rolled back (deadlock, serialization), too few resources, lock not
available, server shutting down or starting.
"""


def database_gone(error: BaseException) -> bool:
    """Whether the database is in trouble, rather than what it was asked to do."""
    if isinstance(error, EmbeddedServerError):
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or str(state).startswith(PASSING)


class DatabaseThreads:
    """Runs functions in threads of their own; one thread runs them one after the other.

    Django's connections belong to a thread. A thread that has ended closes its own.
    """

    def __init__(self, name: str, threads: int = 1) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue work that is done even when nobody waits for it any more."""
        return self._pool.submit(lambda: _with_fresh_connection(work, *args, **kwargs))

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the work returns, or raises."""
        return await asyncio.wrap_future(self.submit(work, *args, **kwargs))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        all_here = Barrier(self._threads)  # or one thread would close twice, and another never
        for _ in range(self._threads):
            self._pool.submit(_close, all_here)
        self._pool.shutdown()


def _close(all_here: Barrier) -> None:
    all_here.wait()
    connections.close_all()


def _with_fresh_connection(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()
