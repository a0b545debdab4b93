"""Bundles that came long ago, and what is left of them after the daily work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from django.conf import settings

from apps.shared.artifacts.services import bundles_prune
from apps.shared.artifacts.services.local import local_store


@contextmanager
def without_keeper(app: str) -> Iterator[None]:
    """The site's wiring does not name this app's keeper."""
    wiring: Any = import_module(settings.SITE_WIRING)
    held = wiring.KEEPERS
    wiring.KEEPERS = [path for path in held if f".{app}." not in path]
    assert len(wiring.KEEPERS) == len(held) - 1
    try:
        yield
    finally:
        wiring.KEEPERS = held


def age() -> None:
    """Every bundle here came long ago."""
    store = local_store()
    for digest in store.digests():
        os.utime(store.root / digest.removeprefix("sha256:"), (1, 1))


def left() -> set[str]:
    """The bundles that stay of those that came long ago."""
    age()
    bundles_prune()
    return set(local_store().digests())
