"""All that decides by data what is detected: the product's own definitions and the user's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from apps.singularity.patterns.engine import architecture, frameworks


@dataclass(frozen=True, slots=True)
class Definitions:
    """Framework rules and architecture patterns; ``digest`` names their texts."""

    rules: frameworks.RuleBook
    patterns: tuple[architecture.Definition, ...]
    digest: str


def load_definitions(user_folder: Path | None = None) -> Definitions:
    """The definitions that come with this package and those below the user's folder.

    The user's stand in ``frameworks/`` and ``architecture/``. Loaded once for given files.

    Raises:
        ValueError: a definition is wrong; the message names the file and the field.
    """
    stamps = tuple((str(file), file.stat().st_mtime_ns) for file in _user_files(user_folder))
    return _load(user_folder, stamps)


@lru_cache(maxsize=2)
def _load(user_folder: Path | None, stamps: tuple[tuple[str, int], ...]) -> Definitions:
    digest = hashlib.sha256()
    for file in (*sorted(Path(__file__).parent.glob("*/*/*.yaml")), *_user_files(user_folder)):
        digest.update(file.read_bytes())
    return Definitions(
        rules=frameworks.load_rules(*_folders(user_folder, "frameworks")),
        patterns=architecture.load_definitions(*_folders(user_folder, "architecture")),
        digest=digest.hexdigest(),
    )


def _folders(user_folder: Path | None, kind: str) -> list[Path]:
    """The user's folder of definitions of one kind, where there is one."""
    folder = user_folder / kind if user_folder else None
    return [folder] if folder and folder.is_dir() else []


def _user_files(user_folder: Path | None) -> Iterator[Path]:
    for kind in ("frameworks", "architecture"):
        for folder in _folders(user_folder, kind):
            yield from sorted(folder.glob("*.yaml"))
