"""The registries that are spoken to, each at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.registry import Registry


def registries(fetcher: Fetcher, places: Mapping[str, Place]) -> dict[str, Registry]:
    """One client for every ecosystem that has a place."""
    from apps.centralcloud.package_sync.engine.cargo import Cargo
    from apps.centralcloud.package_sync.engine.hex import Hex
    from apps.centralcloud.package_sync.engine.npm import Npm
    from apps.centralcloud.package_sync.engine.pypi import PyPI

    kinds: dict[str, Callable[[Fetcher, Place], Registry]] = {
        "cargo": Cargo,
        "hex": Hex,
        "npm": Npm,
        "pypi": PyPI,
    }
    return {
        ecosystem: kind(fetcher, places[ecosystem])
        for ecosystem, kind in kinds.items()
        if ecosystem in places
    }
