"""Two that work on one database at once: when does one wait for the other."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from django.db import connection

from tests.common.processes import eventually


class Beside:
    """Work on a connection of its own, in a thread."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._backend = 0
        self._thread = Thread(target=self._run)

    @property
    def done(self) -> bool:
        """Whether it came to its end."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def start(self) -> bool:
        """Begin, and return once it is done or waits for a lock; whether it waits."""
        self._thread.start()
        assert eventually(lambda: self.done or self._waits())
        return not self.done

    def join(self) -> None:
        """Wait for its end."""
        self._thread.join()

    def _run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = '20s'; SELECT pg_backend_pid()")
                cursor.nextset()
                self._backend = cursor.fetchone()[0]
            self._work()
        finally:
            connection.close()

    def _waits(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self._backend])
            return bool(cursor.fetchone()[0])
