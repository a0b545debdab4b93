"""The registries of this machine's configuration, and the folder of what they answered."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.places import places
from apps.centralcloud.package_sync.engine.registries import registries
from apps.centralcloud.package_sync.engine.registry import Registry
from apps.centralcloud.package_sync.services.syncing.reading import DiskFull


@contextmanager
def registries_open() -> Iterator[Mapping[str, Registry]]:
    """A client for each registry, until the block ends.

    Raises:
        DiskFull: the folder for answers cannot be used.
    """
    folder = settings.STATE_DIR / "packages" / "http"
    try:
        fetcher = Fetcher(folder, contact=settings.REGISTRY_CONTACT)
    except (OSError, sqlite3.Error) as error:
        raise DiskFull(f"{folder}: {error}") from error
    with fetcher:
        yield registries(fetcher, places())
