"""Package URLs as keys, and which rule a package belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from apps.singularity.patterns.engine.frameworks.model import Rule

_GO_MAJOR = re.compile(r"/v\d+$")


def package_key(purl: str) -> str:
    """`pkg:npm/%40a/b@1.0` -> `npm/@a/b`: what is the same in all versions of a package.

    The major version at the end of a Go module is part of none.
    """
    bare = re.split(r"[@?#]", purl.removeprefix("pkg:"), maxsplit=1)[0]
    key = unquote(bare).lower()
    return _GO_MAJOR.sub("", key) if key.startswith("golang/") else key


def package_url(key: str) -> str:
    """`npm/@a/b` -> `pkg:npm/%40a/b`."""
    return f"pkg:{key.replace('@', '%40')}"


def version_in(purl: str) -> str:
    """The version of a package URL, "" without one."""
    _, _, version = purl.partition("@")
    return unquote(re.split(r"[?#]", version, maxsplit=1)[0])


class PackageIndex:
    """Finds the rules of a package."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._exact: dict[str, list[str]] = {}
        self._prefixes: list[tuple[str, str]] = []
        for rule in rules:
            for package in rule.packages:
                if package.endswith("*"):
                    self._prefixes.append((package_key(package[:-1]), rule.key))
                else:
                    self._exact.setdefault(package_key(package), []).append(rule.key)

    def exactly(self, key: str) -> list[str]:
        """Keys of the rules that name this package itself."""
        return self._exact.get(key, [])

    def rules_of(self, key: str) -> list[str]:
        """Keys of the rules that name it or a family that it belongs to."""
        families = [rule for prefix, rule in self._prefixes if key.startswith(prefix)]
        return list(dict.fromkeys([*self.exactly(key), *families]))
