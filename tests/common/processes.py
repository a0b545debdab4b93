"""Run the project's own programs as processes of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
import psycopg

from apps.shared.core.embedded.layout import Layout

CHECKOUT = Path(__file__).resolve().parents[2]
USE_SERVERS = """
import sys
from pathlib import Path
from apps.shared.core.embedded.servers import servers_of
servers = servers_of(Path(sys.argv[1]))
for name in sys.argv[2:]:
    {"valkey": servers.ensure_valkey, "nats": servers.ensure_nats}.get(
        name, lambda: servers.ensure_database("singularity"))()
print("ready", flush=True)
sys.stdin.read()
"""


def environment(state: Path, site: str = "singularity", **variables: str) -> dict[str, str]:
    """This process's environment for another one, with a state folder of its own."""
    own = {"SINGULARITY_STATE": str(state), "DJANGO_SETTINGS_MODULE": f"{site}_site.settings"}
    return os.environ | own | variables


def manage(
    *arguments: str, state: Path, site: str = "singularity", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=environment(state, site, **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


class ServerUser:
    """A process that uses embedded servers until it is told to leave."""

    def __init__(self, state: Path, *servers: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE_SERVERS, str(state), *servers],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ready(self) -> Self:
        """Wait until its servers run."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        return self

    def leave(self) -> None:
        """End in order and wait for it."""
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        """End it with kill -9."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()


@contextmanager
def migrated_site(state: Path, *servers: str) -> Iterator[None]:
    """A migrated instance whose servers stay up meanwhile and are stopped in the end."""
    with ServerUser(state, "database", *servers).ready() as user:
        migrated = manage("migrate", state=state)
        assert migrated.returncode == 0, migrated.stderr
        yield
        user.leave()


@contextmanager
def database_of(state: Path) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the instance's embedded database, each statement its own transaction."""
    host = str(Layout(state).sockets("postgresql"))
    with psycopg.connect(
        host=host, dbname="singularity", user="postgres", autocommit=True
    ) as database:
        yield database


def eventually(question: Callable[[], bool], seconds: float = 90.0) -> bool:
    """Whether the answer becomes yes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.05)
    return question()


def processes_of(state: Path) -> list[psutil.Process]:
    """Every living process that was started with the state folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and uses(process, state):
                found.append(process)
        except psutil.Error:
            continue
    return found


def uses(process: psutil.Process, state: Path) -> bool:
    """Whether the state folder is in the process's arguments or environment."""
    named = any(str(state) in argument for argument in process.cmdline())
    return named or process.environ().get("SINGULARITY_STATE") == str(state)
