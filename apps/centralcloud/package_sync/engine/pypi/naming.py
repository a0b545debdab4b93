"""Names of projects, and what the names of their files say.

Sources: PEP 503 (normalised names), PEP 427 and PEP 625 through ``packaging``.
"""

from __future__ import annotations

import re

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    canonicalize_version,
    parse_sdist_filename,
    parse_wheel_filename,
)

from apps.centralcloud.package_sync.engine.registry import PackageMissing

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_OLD_SOURCE = re.compile(r"(.+?)-(\d[^-]*(?:-[^-]+)?)\.(?:tar\.gz|tar\.bz2|tgz|zip)")
_OLD_BUILT = re.compile(r"(.+?)-(\d[^-]*)(?:-.+)?\.(?:egg|exe|msi|rpm|deb|dmg)")
LONGEST = 200


def project_name(name: str) -> str:
    """The normalised name.

    Raises:
        PackageMissing: no project can have this name.
    """
    if len(name) > LONGEST or not _NAME.fullmatch(name):
        raise PackageMissing("no project has such a name")
    return canonicalize_name(name)


def version_same(version: str) -> str:
    """What versions that are written differently have in common: ``1.0b1`` for ``1.0-beta.1``."""
    return canonicalize_version(version, strip_trailing_zero=True)


def file_read(filename: str) -> tuple[str, tuple[str, ...]]:
    """The version and the tags that a file's name says; empty for what it does not say."""
    try:
        if filename.endswith(".whl"):
            _, version, _, tags = parse_wheel_filename(filename)
            return str(version), tuple(sorted(map(str, tags)))
        return str(parse_sdist_filename(filename)[1]), ()
    except (InvalidWheelFilename, InvalidSdistFilename):
        old = _OLD_SOURCE.fullmatch(filename) or _OLD_BUILT.fullmatch(filename)
        return (old[2] if old else "", ())
