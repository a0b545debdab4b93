"""Where JavaScript packages are, as npm is configured."""

from __future__ import annotations

import re
import shutil
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
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

_PREFIX = "npm_config_"
_VARIABLE = re.compile(r"\$\{([^}?]+)(\?)?\}")


def npm_place(around: Surroundings) -> Place:
    """The registry that npm asks, those of scopes, each with the credentials for it."""
    settings = _settings(around)
    scopes = {
        name.removesuffix(":registry"): _place(value, settings)
        for name, value in settings.items()
        if name.startswith("@") and name.endswith(":registry")
    }
    return _place(settings.get("registry", ""), settings, scopes)


def _place(
    configured: str, settings: Mapping[str, str], scopes: Mapping[str, Place] | None = None
) -> Place:
    default = defaults.npm()
    url, headers = credentials_taken(slashed(configured) if configured else default.url)
    return Place(
        "npm",
        url,
        headers=headers or _credentials(url, settings),
        private=url != default.url,
        scopes=scopes or {},
    )


def _settings(around: Surroundings) -> dict[str, str]:
    """All settings; of the environment before the project's, the user's and the machine's."""
    found: dict[str, str] = {}
    for path in _files(around):
        found |= _read(path, around.environ)
    for name, value in around.environ.items():
        if name.lower().startswith(_PREFIX) and value:
            found[_setting(name[len(_PREFIX) :])] = value
    return found


def _setting(name: str) -> str:
    """The setting that a variable is for; those of a host or a scope are taken as they stand."""
    return name if name.startswith(("//", "@")) else name.lower().replace("_", "-")


def _files(around: Surroundings) -> list[Path]:
    """Configuration files of npm, those that win last."""
    node = shutil.which("node", path=around.environ.get("PATH", ""))
    prefix = Path(node).parent.parent if node else around.system / "usr"
    prefix = around.path("npm_config_prefix", around.path("PREFIX", prefix))
    return [
        around.path("npm_config_globalconfig", prefix / "etc/npmrc"),
        around.path("npm_config_userconfig", around.home / ".npmrc"),
        around.project / ".npmrc",
    ]


def _read(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for line in text_of(path).splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith((";", "#", "[")):
            value = value.strip().strip("\"'")
            found[name.strip()] = _VARIABLE.sub(lambda match: _variable(match, environ), value)
    return found


def _variable(match: re.Match[str], environ: Mapping[str, str]) -> str:
    """``${NAME}`` stays as it stands where there is no such variable, ``${NAME?}`` does not."""
    return environ.get(match[1], "" if match[2] else match[0])


def _credentials(url: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Those of the longest path above the registry's, down to its host."""
    parts = urlsplit(url)
    path = parts.path
    while True:
        key = f"//{parts.netloc}{path}"
        found = _of_key(key, settings) or _of_key(key.rstrip("/"), settings)
        if found or path == "/":
            return found
        path = path.rstrip("/").rpartition("/")[0] + "/"


def _of_key(key: str, settings: Mapping[str, str]) -> dict[str, str]:
    token, pair = settings.get(f"{key}:_authToken"), settings.get(f"{key}:_auth")
    if token:
        return {"Authorization": f"Bearer {token}"}
    if pair:
        return {"Authorization": f"Basic {pair}"}
    user, password = settings.get(f"{key}:username"), settings.get(f"{key}:_password")
    if not user or not password:
        return {}
    try:
        return basic(user, b64decode(password).decode())
    except (Error, UnicodeDecodeError):
        return {}
