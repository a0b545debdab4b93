"""The file of kept answers: opened so that no trouble with it costs a sync."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from hishel import Entry, Request, Response, SqliteStorage

from apps.centralcloud.package_sync.engine.fetching.limits import Limits

logger = logging.getLogger(__name__)

NAME = "answers.sqlite"
_IN_MEMORY = 64 * 1024**2


class Kept(SqliteStorage):
    """Kept answers, one of each address.

    hishel leaves the answer before the last one where it is and, of two from the same second, may
    ask whether the older one has changed, which it always has.
    """

    def create_entry(
        self,
        request: Request,
        response: Response,
        key: str,
        *,
        ttl: float | None = None,
        tti: float | None = None,
    ) -> Entry:
        """Keep an answer in place of the one before."""
        self.forget(key)
        return super().create_entry(request, response, key, ttl=ttl, tti=tti)

    def forget(self, key: str) -> None:
        """Keep nothing of an address any more."""
        for entry in self.get_entries(key):
            self.remove_entry(entry.id)


def cache_open(folder: Path, limits: Limits) -> Kept:
    """The kept answers of a folder, made when missing, and made anew when the file is broken.

    The file stays below ``limits.cache`` bytes: an answer that would not fit makes room by those
    not asked for the longest. Where the file is locked or cannot be written, answers are kept in
    memory until the end of this process, so that only the saving is lost.
    """
    path = folder / NAME
    for _ in range(2):
        try:
            return _storage(_connection(path), limits.cache, limits)
        except sqlite3.OperationalError as error:
            logger.warning("kept answers of registries cannot be used (%s): asking for all", error)
            break
        except (sqlite3.DatabaseError, RuntimeError) as error:
            logger.warning("kept answers of registries are broken (%s): begun anew", error)
            _remove(path)
    return _storage(sqlite3.connect(":memory:", check_same_thread=False), _IN_MEMORY, limits)


def _connection(path: Path) -> sqlite3.Connection:
    """A connection to a file that is whole and can be written.

    Raises:
        sqlite3.DatabaseError: it is not.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=2, check_same_thread=False, isolation_level=None)
    try:
        connection.execute("PRAGMA page_size=16384")  # of a new file: most answers are larger
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except BaseException:
        connection.close()
        raise
    if found != "ok":
        connection.close()
        raise sqlite3.DatabaseError("its pages contradict each other")
    return connection


def _storage(connection: sqlite3.Connection, size: int, limits: Limits) -> Kept:
    storage = Kept(connection=connection, max_size=size, default_tti=limits.kept_for)
    storage.get_entries("")  # makes its tables now, or says that others are in their place
    # Keeping an answer costs a third. Only a failing machine can break the file by it, and a broken
    # one is begun anew.
    connection.execute("PRAGMA synchronous=OFF")
    return storage


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)
