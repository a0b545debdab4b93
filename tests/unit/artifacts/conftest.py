"""A site with a key, on an empty NATS that has the common store and one of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from apps.shared.core.identity import Identity

FILES = {
    "config.json": b'{"model_type": "t5"}',
    "model.safetensors": bytes(range(256)) * 12_000,
    "README.md": b"",
}


@dataclass
class Place:
    """Two sites by turns: Centralcloud, and the instance ``one``."""

    settings: Any
    folder: Path
    identities: dict[str, Identity]

    @contextmanager
    def site(self, name: str) -> Iterator[None]:
        """This process is that site; each has a state folder of its own."""
        held = self.settings.IDENTITY, self.settings.STATE_DIR
        self.settings.IDENTITY = self.identities[name]
        self.settings.STATE_DIR = self.folder / name
        try:
            yield
        finally:
            self.settings.IDENTITY, self.settings.STATE_DIR = held


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def place(tmp_path: Path, settings: Any, db: None, nats_url: str) -> Place:
    # Models cannot be loaded before the tests' settings are.
    from apps.shared.contracts.nkeys import seed_new
    from apps.shared.core.identity import Identity
    from tests.common.artifacts import stores_make

    identities = {
        name: Identity(name, f"/{name}", seed_new(), tmp_path) for name in ("centralcloud", "one")
    }
    settings.IDENTITY = identities["one"]
    settings.STATE_DIR = tmp_path / "one"
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, nats_mode="external", nats_urls=(nats_url,)
    )
    asyncio.run(stores_make(identities["centralcloud"].seed))
    return Place(settings, tmp_path, identities)
