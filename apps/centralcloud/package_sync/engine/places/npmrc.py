"""The settings of npm: its variables and its configuration files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from apps.centralcloud.package_sync.engine.places.surroundings import Surroundings, text_of

_PREFIX = "npm_config_"
_VARIABLE = re.compile(r"\$\{([^}?]+)(\?)?\}")


def npm_settings(around: Surroundings) -> dict[str, str]:
    """All settings; of the environment before the project's, the user's and the machine's.

    The values of a list (``ca[]``) stand one after another, each on a line.
    """
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
    found: dict[str, str] = {}
    for line in text_of(path).splitlines():
        name, equals, value = line.strip().partition("=")
        if not equals or name.startswith((";", "#", "[")):
            continue
        name, value = name.strip(), value.strip().strip("\"'")
        value = _VARIABLE.sub(lambda match: _variable(match, environ), value)
        listed = name.removesuffix("[]")
        found[listed] = (
            value if listed == name else "\n".join(filter(None, [found.get(listed), value]))
        )
    return found


def _variable(match: re.Match[str], environ: Mapping[str, str]) -> str:
    """``${NAME}`` stays as it stands where there is no such variable, ``${NAME?}`` does not."""
    return environ.get(match[1], "" if match[2] else match[0])
