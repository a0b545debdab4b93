"""Walk a working tree: every file that may be read, and every path left out with its reason.

Order is that of the names' bytes, folder by folder, and does not depend on the file system.
Nothing is opened but ignore files; a file costs one stat.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from apps.singularity.ingestion.engine.errors import MissingPath, NoPermission, NotAFolder
from apps.singularity.ingestion.engine.repository import rules_from_above, tracked_though_ignored
from apps.singularity.ingestion.engine.skips import Skipped
from apps.singularity.ingestion.engine.tree import Folder, Found, Limits, Tree, is_folder

__all__ = ["Found", "Limits", "open_tree", "walk"]


def walk(root: Path, limits: Limits = Limits()) -> Iterator[Found | Skipped]:  # noqa: B008
    """All files below `root` and all that is left out, in a fixed order.

    A folder that is left out is reported once and not entered. Raises MissingPath,
    NotAFolder or NoPermission before the first result.
    """
    tree = open_tree(root, limits)
    try:
        top = tree.open_root()
    except PermissionError as error:
        raise NoPermission(root, error) from error
    return _walk(tree, top)


def open_tree(root: Path, limits: Limits) -> Tree:
    """The tree at `root` with the rules that reach it.

    Raises MissingPath, NotAFolder or NoPermission.
    """
    resolved = check_root(root)
    if not os.access(resolved, os.R_OK | os.X_OK, effective_ids=True):
        raise NoPermission(root, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    above, prefix = rules_from_above(resolved)
    tracked = tracked_though_ignored(resolved)
    return Tree(os.fsencode(resolved), above, prefix, limits, tracked)


def check_root(root: Path) -> Path:
    """`root` made absolute. Raises MissingPath, NotAFolder or NoPermission."""
    try:
        resolved = root.resolve(strict=True)
        is_folder = resolved.is_dir()
    except (FileNotFoundError, NotADirectoryError, RuntimeError) as error:
        raise MissingPath(root) from error
    except PermissionError as error:
        raise NoPermission(root, error) from error
    if not is_folder:
        raise NotAFolder(root)
    return resolved


def _walk(tree: Tree, top: Folder) -> Iterator[Found | Skipped]:
    # An own stack, since a tree may be deeper than the interpreter recurses.
    pending = [(top, iter(top.entries))]
    while pending:
        folder, entries = pending[-1]
        entry = next(entries, None)
        if entry is None:
            pending.pop()
        elif not is_folder(entry):
            yield tree.judge(folder, entry)
        else:
            inner = tree.enter(folder, entry)
            if isinstance(inner, Skipped):
                yield inner
            else:
                pending.append((inner, iter(inner.entries)))
