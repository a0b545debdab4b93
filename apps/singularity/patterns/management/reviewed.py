"""The new code that a review is asked for: a diff, a file or a folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings

from apps.singularity.ingestion.engine.decode import decode
from apps.singularity.ingestion.engine.languages import language_of
from apps.singularity.ingestion.engine.repository import work_tree_of
from apps.singularity.ingestion.engine.skips import Skipped
from apps.singularity.ingestion.engine.walk import Limits, walk
from apps.singularity.patterns.engine.extract import is_read
from apps.singularity.patterns.engine.review import ChangedLines, ReviewedFile, parse_diff

_HEAD = 2000
_DIFF_SUFFIXES = {".diff", ".patch"}
_DIFF_STARTS = ("diff ", "--- ", "Index: ", "From ")


class NothingToReview(Exception):
    """What was asked for cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class NewCode:
    """Files as they are now, and paths that the change removes; all relative to the root."""

    files: list[ReviewedFile]
    removed: tuple[str, ...] = ()


def is_diff(argument: str) -> bool:
    """Whether the argument is a diff to read rather than code: ``-`` is one on standard input."""
    path = Path(argument)
    if argument == "-" or path.suffix in _DIFF_SUFFIXES:
        return True
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(_HEAD).decode(errors="replace").startswith(_DIFF_STARTS)


def code_of_diff(argument: str, root: Path) -> NewCode:
    """The files that a diff changes, read from the tree at ``root``, which has the change.

    Paths of a diff are those of the git work tree around the root, or else of the root.

    Raises:
        NothingToReview: the diff cannot be read, or the tree does not have its files.
        DiffError: it is no unified diff.
    """
    diff = parse_diff(_text(argument))
    prefix = _prefix(root)
    changed = {
        path.removeprefix(prefix): lines
        for path, lines in diff.changed.items()
        if path.startswith(prefix)
    }
    files = list(_changed_files(changed, root))
    removed = [path.removeprefix(prefix) for path in diff.removed if path.startswith(prefix)]
    return NewCode(files, tuple(removed))


def _changed_files(changed: dict[str, ChangedLines], root: Path) -> Iterator[ReviewedFile]:
    for path, lines in sorted(changed.items()):
        file = root / path
        if not file.resolve().is_relative_to(root.resolve()):
            raise NothingToReview(f"{path} of the diff lies outside of {root}")
        if not file.is_file():
            raise NothingToReview(
                f"{path} of the diff is not in {root}: apply the diff or check out its commit first"
            )
        if reviewed := _read(file, path, lines):
            yield reviewed


def code_of_path(path: Path, root: Path) -> NewCode:
    """A file, or all files of a folder that an ingest would read; all their lines are new.

    Raises:
        NothingToReview: there is no such path below the root.
    """
    if not path.exists():
        raise NothingToReview(f"{path} does not exist")
    if path.is_file():
        reviewed = _read(path, path.resolve().relative_to(root).as_posix(), None)
        return NewCode([reviewed] if reviewed else [])
    below = "" if path.resolve() == root else f"{path.resolve().relative_to(root).as_posix()}/"
    found = (
        _read(Path(os.fsdecode(one.location)), one.path, None)
        for one in walk(root, Limits(max_file_bytes=settings.MAX_FILE_BYTES))
        if not isinstance(one, Skipped) and one.path.startswith(below)
    )
    return NewCode([one for one in found if one])


def _read(file: Path, path: str, changed: ChangedLines | None) -> ReviewedFile | None:
    """The file to review; None where there is nothing that mining would read."""
    if file.stat().st_size > settings.MAX_FILE_BYTES:
        return None
    decoded = decode(file.read_bytes())
    if decoded is None:
        return None
    text, _ = decoded
    language = language_of(PurePosixPath(path).as_posix(), text[:_HEAD])
    return ReviewedFile(path, text, language, changed) if is_read(path, language) else None


def _text(argument: str) -> str:
    if argument == "-":
        return sys.stdin.buffer.read().decode(errors="replace")
    try:
        return Path(argument).read_bytes().decode(errors="replace")
    except OSError as error:
        raise NothingToReview(f"{argument} cannot be read: {error.strerror}") from None


def _prefix(root: Path) -> str:
    top = work_tree_of(root)
    inside = root.relative_to(top).as_posix() if top else "."
    return "" if inside == "." else f"{inside}/"
