"""File locks that the kernel releases when their holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock alone, waiting for it as long as it takes."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def only_one(path: Path) -> Iterator[bool]:
    """Hold the lock alone where nobody else does; the value says whether it is held."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield False
        return
    try:
        yield True
    finally:
        os.close(descriptor)


class SharedLock:
    """One process's share of a lock.

    A forked child inherits its parent's share, so the lock stays held while either lives;
    programs that are executed do not inherit it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._owner = 0

    @property
    def held(self) -> bool:
        """Whether this very process opened its share: an inherited one does not count."""
        return self._descriptor is not None and self._owner == os.getpid()

    def acquire(self) -> None:
        """Take a share; waits for a holder of the whole lock."""
        if self.held:
            return
        descriptor = _open(self.path)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        self._descriptor, self._owner = descriptor, os.getpid()

    def release(self) -> bool:
        """Give the share back; True when nobody else holds one."""
        if self._descriptor is not None and self.held:
            os.close(self._descriptor)
            self._descriptor = None
        return is_free(self.path)


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock now."""
    with only_one(path) as alone:
        return alone


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
