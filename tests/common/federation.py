"""Whole sites as processes: Centralcloud, instances, their bridges, and the servers under them.

Each instance has a database of its own in one embedded PostgreSQL; all share one nats-server that
knows them by their keys. Any process can be killed, and comes back as an operator's supervisor
would bring it back.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from apps.shared.core.embedded.layout import Layout
from apps.shared.core.embedded.server import Server
from apps.shared.core.embedded.servers import EmbeddedServers
from tests.common.processes import CHECKOUT, ServerUser, environment, eventually

CENTRAL = "centralcloud"
COMMAND_SECONDS = 300


class Program:
    """A process of the product, started again by whoever killed it."""

    def __init__(self, arguments: Sequence[str], variables: Mapping[str, str], log: Path) -> None:
        self._arguments, self.variables, self._log = arguments, variables, log
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it unless it runs."""
        if self.process is not None and self.process.poll() is None:
            return
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=CHECKOUT,
                env=self.variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self.talks else log,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    @property
    def talks(self) -> bool:
        """Whether its output is an answer to commands."""
        return False

    def kill(self) -> None:
        """End it and its children with kill -9."""
        if self.process is None:
            return
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # what it had not read is gone with it
                    pipe.close()
        self.process = None

    def log(self) -> str:
        """All that it has said."""
        return self._log.read_text()


class Learner(Program):
    """A site's process of ``tests.common.learner``."""

    @property
    def talks(self) -> bool:
        """It answers each command."""
        return True

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Have a command done, in a new process where the last one was killed."""
        self.tell(command, **arguments)
        return self.answer()

    def tell(self, command: str, **arguments: Any) -> None:
        """Have a command begun."""
        if self.process is None:
            self.start()
            self.answer()
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([command, arguments]) + "\n")
        self.process.stdin.flush()

    def try_ask(self, command: str, **arguments: Any) -> dict[str, Any] | None:
        """As ``ask``, of a process that may die meanwhile: None when it did."""
        self.try_tell(command, **arguments)
        return self.try_answer()

    def try_tell(self, command: str, **arguments: Any) -> None:
        """As ``tell``, of a process that may die meanwhile."""
        try:
            self.tell(command, **arguments)
        except (AssertionError, BrokenPipeError):
            self.kill()

    def try_answer(self) -> dict[str, Any] | None:
        """What the command came to; None where the process died over it."""
        try:
            return self.answer() if self.process is not None else None
        except AssertionError:
            self.kill()
            return None

    def answer(self) -> dict[str, Any]:
        """What the command came to."""
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log()[-4_000:]
        answer: dict[str, Any] = json.loads(line)
        return answer


class Site:
    """One site: its environment, its bridge, and for an instance its learner."""

    def __init__(self, name: str, state: Path, logs: Path, variables: Mapping[str, str]) -> None:
        self.name, self._state = name, state
        self.site = CENTRAL if name == CENTRAL else "singularity"
        self.database_name = name.replace("-", "_")
        own = {"EMBEDDED_DATABASE": self.database_name, "LOG_FORMAT": "json"}
        if name != CENTRAL:
            own["INSTANCE_ID"] = name
        self.variables = environment(state, self.site, **own, **variables)
        bridge = ["manage.py", "nats_bridge"]
        self.bridge = Program(bridge, self.variables, logs / f"{name}-bridge.log")
        self.learner = Learner(
            ["-m", "tests.common.learner"], self.variables, logs / f"{name}-learner.log"
        )

    def manage(self, *arguments: str, **variables: str) -> str:
        """Run a command of the site to its good end; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=self.variables | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection[Any]]:
        """Its database, each statement its own transaction."""
        host = str(Layout(self._state).sockets("postgresql"))
        name = self.database_name
        with psycopg.connect(host=host, dbname=name, user="postgres", autocommit=True) as database:
            yield database

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query gives."""
        with self.database() as database:
            return database.execute(query, values or None).fetchall()

    def execute(self, statement: str, *values: Any) -> None:
        """Run a statement."""
        with self.database() as database:
            database.execute(statement, values or None)

    def number(self, query: str, *values: Any) -> int:
        """The one number that a query gives."""
        return int(self.rows(query, *values)[0][0])

    def restart(self, **variables: str) -> None:
        """Its processes anew, with more in their environment."""
        self.kill()
        for program in (self.bridge, self.learner):
            program.variables = {**self.variables, **variables}
        self.bridge.start()

    def kill(self) -> None:
        """Kill all of its processes."""
        self.bridge.kill()
        self.learner.kill()


class Federation:
    """Centralcloud and some instances on one machine."""

    def __init__(self, folder: Path, names: Sequence[str], **variables: str) -> None:
        self.state, self.logs = folder / "state", folder / "logs"
        self.logs.mkdir(parents=True)
        self.servers = EmbeddedServers(self.state)
        self.central = Site(CENTRAL, self.state, self.logs, variables)
        self.instances = [Site(name, self.state, self.logs, variables) for name in names]
        self._user = ServerUser(self.state, "database", "nats", "valkey")

    @property
    def sites(self) -> list[Site]:
        """All of them."""
        return [self.central, *self.instances]

    def start(self) -> None:
        """Databases, enrolment, streams, bridges."""
        self.prepare()
        self.central.manage("nats_setup")
        self.bridges_start()

    def prepare(self) -> None:
        """Databases and enrolment."""
        self._user.ready()
        first, *others = self.instances
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda site: site.manage("migrate"), (self.central, first)))
            enrolled = threads.map(self.enroll, self.instances)
            for other in others:
                self._copy_database(first, other)
            list(enrolled)

    def enroll(self, instance: Site) -> None:
        """Take an instance of this machine into the fleet."""
        self.central.manage("instance_enroll", instance.name, "--write-seed")

    def bridges_start(self) -> None:
        """Every site has its bridge."""
        for site in self.sites:
            site.bridge.start()

    def sync(self) -> None:
        """Every instance tells what has changed; one whose server has just died, once more."""
        for instance in self.instances:
            if instance.learner.try_ask("sync") is None:
                instance.learner.ask("sync")

    def stop(self) -> None:
        """Kill everything and stop the servers."""
        for site in self.sites:
            site.kill()
        self._user.kill()
        for server in self.servers.all:
            server.stop()

    def said(self) -> str:
        """The end of what every bridge has said."""
        return "\n".join(f"{site.name}: {site.bridge.log()[-3_000:]}" for site in self.sites)

    def server_kill(self, server: Server) -> None:
        """Kill a server with all of its processes; whoever needs it next starts it again."""
        process = server.process()
        if process is None:
            return
        with suppress(psutil.NoSuchProcess):
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    one.kill()
        assert eventually(lambda: server.process() is None)

    def _copy_database(self, source: Site, target: Site) -> None:
        """Make a migrated database by copying one: quicker than to migrate."""
        with self.central.database() as database:
            database.execute(
                f'CREATE DATABASE "{target.database_name}" TEMPLATE "{source.database_name}"'
            )


@contextmanager
def federation(folder: Path, *names: str, **variables: str) -> Iterator[Federation]:
    """A started federation, stopped in the end."""
    made = Federation(folder, names, **variables)
    try:
        made.start()
        yield made
    finally:
        made.stop()
