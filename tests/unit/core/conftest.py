"""A state folder of its own for each test of the embedded servers."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.shared.core.embedded.servers import EmbeddedServers


@pytest.fixture
def state() -> Iterator[Path]:
    """An empty state folder; whatever runs in it afterwards is stopped."""
    folder = Path(tempfile.mkdtemp(prefix="singularity-state-"))
    yield folder
    servers = EmbeddedServers(folder)
    for server in servers.all:
        server.stop()
    shutil.rmtree(folder)
