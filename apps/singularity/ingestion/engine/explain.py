"""Say why one path is read or left out, by the very steps of the walk."""

import os
from dataclasses import dataclass
from pathlib import Path

from apps.singularity.ingestion.engine.errors import NoPermission
from apps.singularity.ingestion.engine.skips import Skipped, SkipReason
from apps.singularity.ingestion.engine.source import read_source
from apps.singularity.ingestion.engine.tree import Entry, Folder, Found, Limits, Tree, is_folder
from apps.singularity.ingestion.engine.walk import open_tree


@dataclass(frozen=True, slots=True)
class Explanation:
    """`path` is relative to the root; `reason` is None where no skip is meant."""

    path: str
    included: bool
    reason: SkipReason | None
    detail: str


def explain(root: Path, path: Path, limits: Limits = Limits()) -> Explanation:  # noqa: B008
    """Why `path` (absolute, or relative to the current folder) is in or out.

    Names the rule with its file and line where one decides. Raises MissingPath,
    NotAFolder or NoPermission for the root.
    """
    tree = open_tree(root, limits)
    top, target = Path(os.fsdecode(tree.root)), _absolute(path)
    if not target.is_relative_to(top):
        return _out(str(path), f"It is not below {top}.")
    try:
        return _descend(tree, target.relative_to(top).parts)
    except PermissionError as error:
        raise NoPermission(root, error) from error


def _in(path: str, detail: str) -> Explanation:
    return Explanation(path, included=True, reason=None, detail=detail)


def _out(path: str, detail: str, reason: SkipReason | None = None) -> Explanation:
    return Explanation(path, included=False, reason=reason, detail=detail)


def _absolute(path: Path) -> Path:
    """With the links in its parents resolved, but not the path itself if it is one."""
    bare = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow it
    return bare.parent.resolve() / bare.name


def _descend(tree: Tree, parts: tuple[str, ...]) -> Explanation:
    folder = tree.open_root()
    for at, part in enumerate(parts):
        entry = _entry(folder, os.fsencode(part))
        shown = "/".join(parts[: at + 1])
        if entry is None:
            return _out("/".join(parts), f"{shown} does not exist.")
        if not is_folder(entry):
            return _explain_file(tree, folder, entry, parts[at + 1 :])
        inner = tree.enter(folder, entry)
        if isinstance(inner, Skipped):
            return _explain_skip(inner)
        folder = inner
    shown = folder.shown.rstrip("/") or "."
    return _in(shown, "A folder: its entries are judged one by one.")


def _entry(folder: Folder, name: bytes) -> Entry | None:
    return next((entry for entry in folder.entries if entry.name == name), None)


def _explain_file(tree: Tree, folder: Folder, entry: Entry, rest: tuple[str, ...]) -> Explanation:
    judged = tree.judge(folder, entry)
    outcome = read_source(judged, tree.limits) if isinstance(judged, Found) else judged
    if isinstance(outcome, Skipped):
        return _explain_skip(outcome)
    if rest:
        return _out(outcome.path, f"{outcome.path} is a file, not a folder.")
    detail = f"It is read: {outcome.size:,} bytes, {outcome.encoding}."
    return _in(outcome.path, detail)


def _explain_skip(skipped: Skipped) -> Explanation:
    detail = f"{skipped.reason.sentence} {skipped.path}: {skipped.detail}"
    return _out(skipped.path, detail, skipped.reason)
