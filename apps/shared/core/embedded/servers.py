"""All embedded servers of one state folder, shared by every process that uses them."""

import atexit
import functools
import os
import threading
from pathlib import Path

from apps.shared.core.embedded.layout import Layout
from apps.shared.core.embedded.locks import SharedLock, exclusive
from apps.shared.core.embedded.nats import Nats
from apps.shared.core.embedded.postgresql import PostgreSQL
from apps.shared.core.embedded.server import Server
from apps.shared.core.embedded.valkey import Valkey


class EmbeddedServers:
    """Start on first use, share with other processes, stop after the last one.

    Each user holds a shared lock that the kernel releases when the user dies; who can take it
    alone is the last. Starting and stopping happen under a second, exclusive lock, so two
    processes never do either at once.
    """

    def __init__(self, state_dir: Path) -> None:
        self.layout = Layout(state_dir.absolute())
        self.postgresql = PostgreSQL(self.layout)
        self.valkey = Valkey(self.layout)
        self.nats = Nats(self.layout)
        self._users = SharedLock(self.layout.users_lock)
        self._threads = threading.RLock()
        self._ready: set[tuple[int, str]] = set()

    @property
    def all(self) -> tuple[Server, ...]:
        """Every server, running or not."""
        return (self.postgresql, self.valkey, self.nats)

    def ensure_database(self, name: str) -> None:
        """PostgreSQL runs and has the database. Raises EmbeddedServerError."""
        self._ensure(self.postgresql, name)

    def ensure_valkey(self) -> None:
        """Valkey runs. Raises EmbeddedServerError."""
        self._ensure(self.valkey)

    def ensure_nats(self) -> str:
        """NATS runs; returns its URL. Raises EmbeddedServerError."""
        self._ensure(self.nats)
        return self.nats.url

    def release(self) -> None:
        """Stop using the servers; they stop when no other process uses them.

        Servers whose users were all killed stop here as well.
        """
        with self._threads:
            self._ready.clear()
            if not self.layout.root.exists():
                return
            with exclusive(self.layout.start_lock):
                if self._users.release():
                    for server in self.all:
                        server.stop()

    def _ensure(self, server: Server, database: str = "") -> None:
        """Called before each new connection: a server that died meanwhile is started again."""
        key = (os.getpid(), f"{server.name}/{database}")
        if key in self._ready and server.running():
            return
        with self._threads:
            self.layout.make()
            with exclusive(self.layout.start_lock):
                if not self._users.held:
                    self._users.acquire()
                    atexit.register(self.release)
                server.ensure()
                if database:
                    self.postgresql.ensure_database(database)
            self._ready.add(key)


@functools.cache
def servers_of(state_dir: Path) -> EmbeddedServers:
    """The one `EmbeddedServers` of this process for a state folder."""
    return EmbeddedServers(state_dir)
