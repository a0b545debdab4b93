"""The configuration files of cargo, all in one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apps.centralcloud.package_sync.engine.places.surroundings import Surroundings, text_of


def cargo_config(around: Surroundings) -> dict[str, Any]:
    """All configuration files in one; a project's own before those of folders above and home."""
    home = around.path("CARGO_HOME", around.home / ".cargo")
    folders = [home, *(above / ".cargo" for above in reversed(_above(around.project)))]
    found: dict[str, Any] = {}
    for folder in folders:
        for name in ("config", "config.toml"):
            _merge(found, _placed(_read(folder / name), folder.parent))
    for name in ("credentials", "credentials.toml"):
        _merge(found, _read(home / name))
    return found


def _above(project: Path) -> list[Path]:
    return [project, *project.parents]


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError:
        return {}  # cargo says so to whoever uses it; nothing can be taken from it


def _placed(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The same with the path of certificates where it is: beside the ``.cargo`` of its file."""
    http = config.get("http")
    if isinstance(http, dict) and isinstance(http.get("cainfo"), str):
        http["cainfo"] = str(folder / http["cainfo"])
    return config


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value
