"""An enrolled instance and an empty NATS, for the tests of the bridge."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil
import pytest

if TYPE_CHECKING:
    from tests.common.bridge import Site


@pytest.fixture
def nats_server(nats_url: str) -> psutil.Process:
    """The process of the running nats-server; whoever suspends it also resumes it."""
    port = urlsplit(nats_url).port
    (process,) = (
        psutil.Process(one.pid)
        for one in psutil.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port
    )
    return process


@pytest.fixture
def site(tmp_path: Path, settings: Any, transactional_db: None, nats_url: str) -> Site:
    """Centralcloud, and the instance ``one`` whose outbox the process has."""
    # Models cannot be loaded before the tests' settings are.
    from apps.shared.contracts.nkeys import seed_new
    from apps.shared.contracts.subjects import SERVICE, instance_source
    from apps.shared.core.identity import Identity
    from tests.common.bridge import INSTANCE, Site, empty_nats

    seeds = {name: seed_new() for name in (INSTANCE, "two", SERVICE)}
    settings.IDENTITY = Identity(INSTANCE, instance_source(INSTANCE), seeds[INSTANCE], tmp_path)
    settings.KEYS_DIR = tmp_path
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, nats_mode="external", nats_urls=(nats_url,)
    )
    asyncio.run(empty_nats(seeds[SERVICE]))
    return Site(seeds)
