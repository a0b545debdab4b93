"""State folders: one that the tests of a module share, and one of a test's own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.shared.core.embedded.servers import EmbeddedServers


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """An empty state folder; whatever runs in it afterwards is stopped."""
    with _folder() as folder:
        yield folder


@pytest.fixture
def own_state() -> Iterator[Path]:
    """One in which nothing was learned before."""
    with _folder() as folder:
        yield folder


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="singularity-state-"))
    try:
        yield folder
    finally:
        for server in EmbeddedServers(folder).all:
            server.stop()
        shutil.rmtree(folder)
