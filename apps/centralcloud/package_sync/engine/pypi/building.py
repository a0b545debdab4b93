"""What a source distribution is built with: ``build-system.requires`` of its ``pyproject.toml``.

Sources: PEP 518, PEP 625. No document of an index says this, and wheels do not either, so the
source distribution is looked into where nothing else tells the language of compiled code.
"""

from __future__ import annotations

import io
import re
import tarfile
import tomllib
import zlib

from apps.centralcloud.package_sync.engine.pypi.needs import need_names

LARGEST_SOURCE = 4 * 1024**2
"""Bytes of a source distribution that is fetched for this."""
_LARGEST_UNPACKED = 64 * 1024**2
_LARGEST_FILE = 1024**2
_UNREADABLE = (
    *(tarfile.TarError, zlib.error, EOFError),  # no archive, or cut off
    OverflowError,  # sizes that no machine has
    *(ValueError, RecursionError),  # no TOML
)
_PROJECT = re.compile(r"(?:\./)?[^/]+/pyproject\.toml")


def build_tools(archive: bytes) -> tuple[str, ...]:
    """Normalised names of what it is built with; empty where the archive does not tell."""
    try:
        table = tomllib.loads(_project(archive))
    except _UNREADABLE:
        return ()
    system = table.get("build-system")
    requires = system.get("requires") if isinstance(system, dict) else None
    texts = requires if isinstance(requires, list) else []
    return need_names(text for text in texts if isinstance(text, str))


def _project(archive: bytes) -> str:
    """The text of the project's file; an archive that unpacks to too much is not read to its end.

    Raises:
        tarfile.TarError, zlib.error, EOFError, OverflowError: it is no archive, or ends early.
        ValueError: the file is not UTF-8.
    """
    unpacked = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(archive, _LARGEST_UNPACKED)
    with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as members:
        for member in members:
            if _PROJECT.fullmatch(member.name) and member.isfile():
                file = members.extractfile(member)
                return file.read(_LARGEST_FILE).decode() if file else ""
    return ""
