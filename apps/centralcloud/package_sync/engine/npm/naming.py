"""Names of packages, and where a registry keeps them.

Source: npm's documentation, "package.json", "name". Names with capitals and with ``!~*'()`` are
older than these rules, and are still there.
"""

from __future__ import annotations

import re

from apps.centralcloud.package_sync.engine.registry import PackageMissing

_NAME = re.compile(r"(?:@[a-zA-Z0-9~'!()*._-]+/)?[a-zA-Z0-9~'!()*_-][a-zA-Z0-9~'!()*._-]*")
LONGEST = 214


def is_name(name: str) -> bool:
    """Whether a package can have this name, with its scope."""
    return len(name) <= LONGEST and bool(_NAME.fullmatch(name))


def package_path(name: str) -> str:
    """Where the packument of a package is: the slash behind a scope is no step of the path.

    Raises:
        PackageMissing: no package can have this name.
    """
    if not is_name(name):
        raise PackageMissing("no package has such a name")
    return name.replace("/", "%2f")


def scope_of(name: str) -> str:
    """``@babel`` of ``@babel/core``; empty where there is none."""
    return name.partition("/")[0] if name.startswith("@") else ""
