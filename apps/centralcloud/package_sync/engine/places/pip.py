"""The settings of pip: its variables and its configuration files."""

from __future__ import annotations

import os
import sys
from configparser import Error, RawConfigParser
from pathlib import Path

from apps.centralcloud.package_sync.engine.places.connection import Given
from apps.centralcloud.package_sync.engine.places.surroundings import Surroundings, text_of

SECTIONS = ("install", "global")
"""Sections that count for the index, the stronger first (pip's documentation, "Precedence")."""


class PipSettings:
    """What pip is configured by, read once."""

    def __init__(self, around: Surroundings) -> None:
        self._environ = around.environ
        self._sections: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
        for path in _files(around):
            self._read(path)

    def get(self, name: str) -> Given | None:
        """A setting by the name of its option: its variable's value, else that of the files."""
        variable = "PIP_" + name.upper().replace("-", "_")
        value = self._environ.get(variable, "").strip()
        if value:
            return Given(value, variable)
        found = (self._sections[section].get(name) for section in SECTIONS)
        value = next(filter(None, found), "")
        return Given(value, f"{name} of pip's configuration") if value else None

    def _read(self, path: Path) -> None:
        parser = RawConfigParser()
        try:
            parser.read_string(text_of(path))
        except Error:
            return  # pip says so to whoever uses it; nothing can be taken from it
        for section in filter(parser.has_section, SECTIONS):
            for name, value in parser.items(section):
                self._sections[section][name.removeprefix("--").replace("_", "-")] = value.strip()


def _files(around: Surroundings) -> list[Path]:
    """Configuration files of pip, those that win last."""
    environ = around.environ
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    xdg = environ.get("XDG_CONFIG_DIRS", "")
    shared = [Path(folder) for folder in xdg.split(":") if folder] or [around.system / "etc/xdg"]
    files = [folder / "pip/pip.conf" for folder in shared]
    files += [
        around.system / "etc/pip.conf",
        around.home / ".pip/pip.conf",
        around.path("XDG_CONFIG_HOME", around.home / ".config") / "pip/pip.conf",
        around.path("VIRTUAL_ENV", Path(sys.prefix)) / "pip.conf",
    ]
    return [*files, Path(named)] if named else files
