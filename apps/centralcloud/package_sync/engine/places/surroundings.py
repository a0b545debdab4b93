"""What a user's registry clients are configured by: environment, home, machine and project."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where configuration is looked for; ``system`` is the root of the file system."""

    environ: Mapping[str, str]
    home: Path
    system: Path
    project: Path

    def path(self, name: str, otherwise: Path) -> Path:
        """The path that a variable names, else another one."""
        value = self.environ.get(name, "")
        return Path(value) if value else otherwise

    def file(self, value: str) -> str:
        """The path of a file that a setting names, from the user's folder (``~/``) or from here."""
        below = value.removeprefix("~/")
        return str(self.project / value if below == value else self.home / below)


def surroundings(
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    system: Path | None = None,
    project: Path | None = None,
) -> Surroundings:
    """The user's, where nothing else is said."""
    return Surroundings(
        environ=os.environ if environ is None else environ,
        home=home or Path.home(),
        system=system or Path("/"),
        project=project or Path.cwd(),
    )


def text_of(path: Path) -> str:
    """A configuration file's text; empty where there is none that may be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def slashed(url: str) -> str:
    """An address that paths can be put behind."""
    return url.strip().rstrip("/") + "/"


def basic(user: str, password: str) -> dict[str, str]:
    """The header of a name and a password (RFC 7617)."""
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def credentials_taken(url: str) -> tuple[str, dict[str, str]]:
    """An address without the name and password in it, and the header that says them instead."""
    parts = urlsplit(url)
    if parts.username is None:
        return url, {}
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return bare, basic(unquote(parts.username), unquote(parts.password or ""))
