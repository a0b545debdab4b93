"""When a host may be asked again: its rate limit, and the time that it asked to wait."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from apps.centralcloud.package_sync.engine.registry import Unavailable

_LONGEST_HOLD = 24 * 3600.0


class Pace:
    """Spaces the requests to a host, over all threads and processes that share the folder.

    A host's file holds the time of its next free turn. A turn is taken under the file's lock and
    waited for without it. A file that cannot be read counts as none: then the first turn is now.
    """

    def __init__(
        self,
        folder: Path,
        *,
        patience: float,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = folder
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        folder.mkdir(parents=True, exist_ok=True)

    def turn(self, host: str, interval: float = 0.0) -> None:
        """Wait for the next turn at a host, ``interval`` seconds after the one before.

        Raises:
            Unavailable: that is longer than anybody's patience.
        """
        path = self._path(host)
        if not interval and not path.exists():
            return
        with _locked(path) as file:
            now = self._clock()
            turn = max(now, self._read(file, now))
            if turn - now > self._patience:
                raise Unavailable(f"the registry asked to wait {duration(turn - now)}")
            self._write(file, turn + interval)
        if turn > now:
            self._sleep(turn - now)

    def hold(self, host: str, seconds: float) -> None:
        """Ask a host nothing for so many seconds, as it wishes."""
        with _locked(self._path(host)) as file:
            now = self._clock()
            wanted = now + min(seconds, _LONGEST_HOLD)
            self._write(file, max(wanted, self._read(file, now)))

    def _path(self, host: str) -> Path:
        return self._folder / sha256(host.encode()).hexdigest()[:16]

    @staticmethod
    def _read(file: int, now: float) -> float:
        """The next free turn; one further away than any hold is a clock that was set back."""
        try:
            turn = float(os.pread(file, 32, 0) or 0)
        except ValueError:
            return 0.0
        return turn if turn <= now + _LONGEST_HOLD else 0.0

    @staticmethod
    def _write(file: int, turn: float) -> None:
        os.ftruncate(file, 0)
        os.pwrite(file, f"{turn:.3f}".encode(), 0)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def duration(seconds: float) -> str:
    """A time to wait in words."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours"
