"""What a version needs.

``devDependencies`` are left out: they are needed to make the package and not to use it, are never
installed with it, and are most of what a packument lists. What they tell of its languages is taken
from those of the latest version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apps.centralcloud.package_sync.engine.npm.naming import is_name
from apps.centralcloud.package_sync.engine.reading import LINE, Part, clean
from apps.centralcloud.package_sync.engine.record import DependencyRecord, Scope
from apps.shared.packages.names import purl_of

_ALIAS = re.compile(r"npm:(@?[^@]+)(?:@(.*))?")
_ELSEWHERE = re.compile(r"[:/]")
"""Neither ranges nor tags have these: addresses, repositories, files and workspaces do."""
PEER = "peer"


def needs_read(version: Part) -> tuple[DependencyRecord, ...]:
    """The dependencies of one version.

    A name under ``optionalDependencies`` stands under ``dependencies`` too where a registry merges
    them, and the former holds. An optional peer is only looked at where it is there anyway.
    """
    optional = _table(version, "optionalDependencies")
    runtime = _table(version, "dependencies")
    peers = _table(version, "peerDependencies")
    waived = _optional_peers(version)
    required = {name: one for name, one in runtime.items() if name not in optional}
    return (
        *_needs(required, Scope.RUNTIME),
        *_needs(optional, Scope.OPTIONAL),
        *_needs({name: one for name, one in peers.items() if name not in waived}, Scope.PEER),
        *_needs({name: peers[name] for name in peers if name in waived}, Scope.OPTIONAL, PEER),
    )


def names_of(version: Part, *keys: str) -> tuple[str, ...]:
    """Names under some kinds of dependencies, in order."""
    return tuple(dict.fromkeys(name for key in keys for name in _table(version, key)))


def _needs(wanted: Mapping[str, str], scope: Scope, marker: str = "") -> Iterator[DependencyRecord]:
    for name, written in wanted.items():
        target, requirement = _target(name.strip(), written.strip())
        if target:
            yield DependencyRecord(purl_of("npm", target), requirement, scope, marker)


def _target(name: str, requirement: str) -> tuple[str, str]:
    """The package and what is asked of it; empty where no registry has it."""
    if alias := _ALIAS.fullmatch(requirement):
        name, requirement = alias[1], alias[2] or ""
    if not is_name(name) or _ELSEWHERE.search(requirement):
        return "", ""
    return name, clean(requirement, LINE)


def _table(version: Part, key: str) -> dict[str, str]:
    """Requirements by name. Lists (``[]``) and values that are no text are no requirements."""
    found = version.value.get(key)
    if isinstance(found, list):
        return {}
    table = version.table(key).value
    return {name: text for name, text in table.items() if isinstance(text, str)}


def _optional_peers(version: Part) -> set[str]:
    found = version.value.get("peerDependenciesMeta")
    table = found if isinstance(found, dict) else {}
    return {
        name for name, one in table.items() if isinstance(one, dict) and one.get("optional") is True
    }
