"""Where Python packages are, as pip is configured."""

from __future__ import annotations

import netrc
import os
import sys
from configparser import Error, RawConfigParser
from pathlib import Path
from urllib.parse import urlsplit

from apps.centralcloud.package_sync.engine.places import defaults
from apps.centralcloud.package_sync.engine.places.place import Place
from apps.centralcloud.package_sync.engine.places.surroundings import (
    Surroundings,
    basic,
    credentials_taken,
    slashed,
    text_of,
)

SECTIONS = ("global", "install")
"""Sections that count for the index, the later ones first (pip's documentation, "Precedence")."""


def pypi_place(around: Surroundings) -> Place:
    """The index that pip reads first, with the credentials for it; else the public one."""
    configured = around.environ.get("PIP_INDEX_URL", "").strip() or _configured(around)
    default = defaults.pypi()
    url, headers = credentials_taken(slashed(configured) if configured else default.url)
    headers = headers or (_netrc(around, url) if configured else {})
    return Place("pypi", url, json_api(url), headers, private=url != default.url)


def json_api(index: str) -> str:
    """The JSON API beside a simple index, where mirrors that have one put it; else empty."""
    return index.removesuffix("simple/") + "pypi/" if index.endswith("/simple/") else ""


def _configured(around: Surroundings) -> str:
    """``index-url`` of the configuration files; of [install] before [global]."""
    found = dict.fromkeys(SECTIONS, "")
    for path in _files(around):
        parser = RawConfigParser()
        try:
            parser.read_string(text_of(path))
        except Error:
            continue  # pip says so to whoever uses it; nothing can be taken from it
        for section in SECTIONS:
            for name in ("index-url", "index_url"):
                found[section] = parser.get(section, name, fallback=found[section]).strip()
    return found["install"] or found["global"]


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


def _netrc(around: Surroundings, url: str) -> dict[str, str]:
    """Name and password of exactly this host in the user's netrc file."""
    path = around.path("NETRC", around.home / ".netrc")
    try:
        entry = netrc.netrc(str(path)).hosts.get(urlsplit(url).hostname or "")
    except (OSError, netrc.NetrcParseError):
        return {}
    return basic(entry[0], entry[2]) if entry else {}
