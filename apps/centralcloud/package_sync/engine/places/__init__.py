"""Where each registry is: as the user configured its own client, else its public place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from apps.centralcloud.package_sync.engine.places.cargo import cargo_place
from apps.centralcloud.package_sync.engine.places.hex import hex_place
from apps.centralcloud.package_sync.engine.places.npm import npm_place
from apps.centralcloud.package_sync.engine.places.place import Place
from apps.centralcloud.package_sync.engine.places.pypi import pypi_place
from apps.centralcloud.package_sync.engine.places.surroundings import surroundings

__all__ = ["Place", "places"]


def places(
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    *,
    system: Path | None = None,
    project: Path | None = None,
) -> Mapping[str, Place]:
    """The place of every ecosystem that is spoken to.

    Args:
        environ: the variables that count; those of this process where none are given.
        home: the user's folder.
        system: the root below which the machine's own configuration lies.
        project: the folder whose ``.npmrc`` and ``.cargo`` count; the current one.
    """
    around = surroundings(environ, home, system, project)
    return {
        "cargo": cargo_place(around),
        "hex": hex_place(around),
        "npm": npm_place(around),
        "pypi": pypi_place(around),
    }
