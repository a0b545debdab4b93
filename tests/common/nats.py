"""nats-server processes with configurations of the test's own."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.shared.core.embedded.nats import program
from tests.common.processes import eventually

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as client:
        return client.connect_ex((HOST, port)) == 0


@contextmanager
def nats_server(folder: Path, text: str, *, port: int = 0) -> Iterator[str]:
    """A server with this configuration beside its address; the URL of its clients."""
    port = port or free_port()
    config = folder / f"nats-{port}.conf"
    config.write_text(f'listen: "{HOST}:{port}"\n{text}\n')
    with (folder / f"nats-{port}.log").open("ab") as log:
        process = subprocess.Popen([str(program()), "--config", str(config)], stderr=log)
    try:
        assert eventually(lambda: listens(port)), config.with_suffix(".log").read_text()
        yield f"nats://{HOST}:{port}"
    finally:
        process.kill()
        process.wait()
