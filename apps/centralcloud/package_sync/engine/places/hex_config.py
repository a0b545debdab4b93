"""The settings of hex: its variables and its configuration file."""

from __future__ import annotations

import re

from apps.centralcloud.package_sync.engine.places.connection import Given
from apps.centralcloud.package_sync.engine.places.surroundings import Surroundings, text_of

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TERM = re.compile(rf"\{{\s*(\w+)\s*,\s*(?:<<((?:{_QUOTED}\s*)+)>>|(true|false))\s*\}}\s*\.")
"""``{name,<<"value">>}.`` or ``{name,true}.``, as Erlang prints it, long values in pieces."""


class HexSettings:
    """What hex is configured by, read once (hex's documentation, "mix hex.config")."""

    def __init__(self, around: Surroundings) -> None:
        self._environ = around.environ
        text = text_of(around.path("HEX_HOME", around.home / ".hex") / "hex.config")
        self._found = {
            name: word or _unquoted(quoted) for name, quoted, word in _TERM.findall(text)
        }

    def get(self, name: str, *variables: str) -> Given | None:
        """A setting of the file by its name, unless one of these variables is set."""
        for variable in variables:
            if value := self._environ.get(variable, ""):
                return Given(value, variable)
        value = self._found.get(name, "")
        return Given(value, f"{name} of hex's configuration") if value else None


def _unquoted(pieces: str) -> str:
    return "".join(re.sub(r"\\(.)", r"\1", piece[1:-1]) for piece in re.findall(_QUOTED, pieces))
