"""Reading packages by threads: a few for each registry, so that a slow one holds up no other."""

from __future__ import annotations

import errno
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass
from threading import Condition
from types import TracebackType
from typing import Self

import structlog

from apps.centralcloud.package_sync.engine.fetching.counting import Count, counted
from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.engine.registry import Malformed, Registry, RegistryError
from apps.centralcloud.package_sync.services.syncing.asking import Asked

THREADS = 4
"""Of each registry."""
TICK = 0.5
"""Seconds after which a reader that waits says so, and hands over what it has."""
TOGETHER = 32
"""Readings that are handed over at once, to be stored in one transaction."""
AHEAD = 16
"""Packages of a registry whose questions are prepared at once."""
DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
UNEXPECTED = "unexpected"
log = structlog.get_logger(__name__)


class DiskFull(Exception):
    """Nothing more can be kept on disk."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of asking: a record, none where nothing has changed, or why there is none."""

    asked: Asked
    record: PackageRecord | None
    requests: int
    received: int
    seconds: float
    cause: str = ""
    reason: str = ""
    again: bool = True


class Gate:
    """Lets threads in until it is shut; who shuts it waits for those inside.

    To wait for a pool is not enough: it does not know a thread whose start was interrupted.
    """

    def __init__(self) -> None:
        self._inside = 0
        self._shut = False
        self._changed = Condition()

    def __enter__(self) -> None:
        """Go in.

        Raises:
            CancelledError: it is shut.
        """
        with self._changed:
            if self._shut:
                raise CancelledError
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    def shut(self) -> None:
        """Let nobody in any more, and wait until all have left."""
        with self._changed:
            self._shut = True
            self._changed.wait_for(lambda: not self._inside)


class Readers:
    """Threads that ask registries. They touch no database: whoever reads stores."""

    def __init__(self, registries: Mapping[str, Registry]) -> None:
        self._registries = registries
        self._pools = {name: ThreadPoolExecutor(THREADS, f"read {name}") for name in registries}
        self._pending: set[Future[Reading]] = set()
        self._running: Counter[str] = Counter()
        self._gate = Gate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait for the requests that are under way; nothing more is asked."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        self._gate.shut()

    def read(
        self,
        wave: Iterable[tuple[int, str]],
        *,
        ask: Callable[[Sequence[int]], list[Asked]],
        more: Callable[[], bool] = lambda: True,
    ) -> Iterator[list[Reading]]:
        """Read packages; some readings at a time, none where nothing came for a while.

        Args:
            wave: ids and ecosystems, first those that are to be read first.
            ask: what to ask of some packages, shortly before they are asked.
            more: whether another one may be begun.
        """
        numbers: dict[str, list[int]] = {name: [] for name in self._pools}
        for pk, ecosystem in wave:
            numbers[ecosystem].append(pk)
        queues = {name: _asked(ids, ask) for name, ids in numbers.items()}
        self._fill(queues, more)
        while self._pending:
            gathered: list[Reading] = []
            try:
                self._gather(gathered, queues, more)
            except DiskFull:
                yield gathered
                raise
            yield gathered

    def _gather(
        self,
        gathered: list[Reading],
        queues: Mapping[str, Iterator[Asked]],
        more: Callable[[], bool],
    ) -> None:
        """Take what comes until it is enough to be stored, or a tick has passed."""
        end = time.monotonic() + TICK
        while self._pending and len(gathered) < TOGETHER and (left := end - time.monotonic()) > 0:
            done, _ = wait(self._pending, timeout=left, return_when=FIRST_COMPLETED)
            for future in done:
                self._pending.remove(future)
                reading = future.result()
                self._running[reading.asked.ecosystem] -= 1
                gathered.append(reading)
            self._fill(queues, more)

    def _fill(self, queues: Mapping[str, Iterator[Asked]], more: Callable[[], bool]) -> None:
        for name, queue in queues.items():
            while self._running[name] < THREADS:
                asked = next(queue, None)
                if asked is None or not more():
                    break
                self._running[name] += 1
                reading = self._pools[name].submit(_read, self._registries[name], asked, self._gate)
                self._pending.add(reading)


def _asked(ids: Sequence[int], ask: Callable[[Sequence[int]], list[Asked]]) -> Iterator[Asked]:
    for start in range(0, len(ids), AHEAD):
        yield from ask(ids[start : start + AHEAD])


def _read(registry: Registry, asked: Asked, gate: Gate) -> Reading:
    """Ask; a failure is an outcome as well.

    Raises:
        CancelledError: nobody reads any more.
        DiskFull: what was fetched cannot be kept.
    """
    started = time.monotonic()
    with gate, counted() as count:
        try:
            record = _record(registry, asked)
        except RegistryError as error:
            return _failed(asked, count, started, error.reason, str(error), again=error.again)
        except Exception as error:
            if disk_full(error):
                raise DiskFull(str(error)) from error
            log.exception("package.unexpected", purl=asked.purl)
            reason = f"{type(error).__name__} while reading it; the log says more"
            return _failed(asked, count, started, UNEXPECTED, reason)
    seconds = time.monotonic() - started
    return Reading(asked, record, count.requests, count.received, seconds)


def _record(registry: Registry, asked: Asked) -> PackageRecord | None:
    record = registry.package(asked.name, wanted=asked.wanted, known=asked.known)
    if record is not None and record.purl != asked.purl:
        raise Malformed(f"the registry describes {record.purl}")
    return record


def _failed(
    asked: Asked, count: Count, started: float, cause: str, reason: str, *, again: bool = True
) -> Reading:
    seconds = time.monotonic() - started
    line = " ".join(reason.split())
    return Reading(asked, None, count.requests, count.received, seconds, cause, line, again)


def disk_full(error: BaseException) -> bool:
    """Whether the trouble is the disk's, and the next package would meet it as well."""
    if isinstance(error, sqlite3.OperationalError):
        return "full" in str(error) or "I/O" in str(error) or "readonly" in str(error)
    return isinstance(error, OSError) and error.errno in DISK_FULL
