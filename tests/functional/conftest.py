"""A state folder that the tests of one module share."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.shared.core.embedded.servers import EmbeddedServers


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """An empty state folder; whatever runs in it afterwards is stopped."""
    folder = Path(tempfile.mkdtemp(prefix="singularity-state-"))
    yield folder
    for server in EmbeddedServers(folder).all:
        server.stop()
    shutil.rmtree(folder)
