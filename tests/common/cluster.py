"""Three nats-servers on the loopback address that are one JetStream cluster."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

from apps.shared.core.embedded.nats import program
from tests.common.nats import HOST, free_port, listens
from tests.common.processes import eventually

SIZE = 3


class Node:
    """One server of a cluster: its ports, its folder, its process."""

    def __init__(self, number: int, folder: Path) -> None:
        self.name, self._folder = f"node-{number}", folder / f"node-{number}"
        self.client, self.route, self.monitor = free_port(), free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder.mkdir(parents=True)

    @property
    def url(self) -> str:
        """What a client connects to."""
        return f"nats://{HOST}:{self.client}"

    def configure(self, others: list[Node], users: str) -> None:
        """Write its configuration; ``users`` are those of ``manage.py nats_config``."""
        routes = ", ".join(f'"nats://{HOST}:{other.route}"' for other in others)
        (self._folder / "users.conf").write_text(users)
        (self._folder / "nats.conf").write_text(
            f'server_name: "{self.name}"\nlisten: "{HOST}:{self.client}"\n'
            f'http: "{HOST}:{self.monitor}"\njetstream {{ store_dir: "{self._folder}" }}\n'
            f'cluster {{ name: "loopback", listen: "{HOST}:{self.route}", routes: [{routes}] }}\n'
            "include users.conf\n"
        )

    def start(self) -> None:
        """Start it unless it runs."""
        if self._process is not None and self._process.poll() is None:
            return
        with (self._folder / "nats.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(program()), "--config", str(self._folder / "nats.conf")], stderr=log
            )

    def reload(self) -> None:
        """As its operator is told to: twice."""
        assert self._process is not None
        for _ in range(2):
            command = [str(program()), "--signal", f"reload={self._process.pid}"]
            subprocess.run(command, check=True)

    def kill(self) -> None:
        """End it with kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def leads(self, stream: str) -> bool:
        """Whether it leads the group of servers that hold a stream."""
        return any(
            one["name"] == stream and one.get("cluster", {}).get("leader") == self.name
            for account in self._jetstream().get("account_details", [])
            for one in account.get("stream_detail", [])
        )

    def has_leader(self) -> bool:
        """Whether it knows who leads the cluster."""
        return bool(self._jetstream().get("meta_cluster", {}).get("leader"))

    def _jetstream(self) -> dict[str, Any]:
        address = f"http://{HOST}:{self.monitor}/jsz?accounts=true&streams=true"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                read: dict[str, Any] = json.load(answer)
                return read
        except OSError:
            return {}


class Cluster:
    """All of them."""

    def __init__(self, folder: Path) -> None:
        self.nodes = [Node(number, folder) for number in range(SIZE)]

    @property
    def urls(self) -> str:
        """What NATS_URL is set to."""
        return ",".join(node.url for node in self.nodes)

    def start(self, users: str) -> None:
        """Start all and wait until one leads."""
        for node in self.nodes:
            node.configure([other for other in self.nodes if other is not node], users)
            node.start()
        assert eventually(lambda: all(listens(node.client) for node in self.nodes))
        assert eventually(lambda: all(node.has_leader() for node in self.nodes))

    def let_in(self, users: str) -> None:
        """Other users, without a restart."""
        for node in self.nodes:
            node.configure([other for other in self.nodes if other is not node], users)
            node.reload()

    def leader(self, stream: str) -> Node:
        """The node that leads a stream."""
        found: list[Node] = []

        def led() -> bool:
            found[:] = [node for node in self.nodes if node.leads(stream)]
            return bool(found)

        assert eventually(led), f"nobody leads {stream}"
        return found[0]

    def stop(self) -> None:
        """Kill all."""
        for node in self.nodes:
            node.kill()
