"""Which code base a path stands for."""

from __future__ import annotations

import subprocess
from pathlib import Path

from apps.singularity.ingestion.engine.errors import IngestError
from apps.singularity.ingestion.engine.walk import check_root
from apps.singularity.ingestion.models import Codebase

_GIT_SECONDS = 10


def codebase_open(*, instance: str, path: Path, name: str = "") -> Codebase:
    """Return the code base of a folder, registered now if it is new.

    With ``name``, a known code base of that name moves to ``path``: a checkout may move. Without,
    the folder decides, and a new code base is called after it.

    Raises:
        IngestError: the path is missing, not a folder or closed to us, or the name is taken.
    """
    root = str(check_root(path))
    if name:
        codebase, created = Codebase.objects.get_or_create(
            instance=instance, name=name, defaults={"root": root}
        )
        if not created and codebase.root != root:
            codebase.root = root
            codebase.save(update_fields=["root"])
        return codebase
    known = Codebase.objects.filter(instance=instance, root=root).order_by("id").first()
    if known:
        return known
    name = Path(root).name or "root"
    codebase, created = Codebase.objects.get_or_create(
        instance=instance, name=name, defaults={"root": root}
    )
    if not created and codebase.root != root:
        raise IngestError(
            f"a code base called {name!r} exists already, at {codebase.root}: "
            "give this one another name with --name, or the same to move it here"
        )
    return codebase


def git_position(root: str) -> tuple[str, str]:
    """Branch and commit that are checked out; empty where there is no git or no commit."""
    try:
        shown = subprocess.run(
            ["git", "-C", root, "rev-parse", "HEAD", "--abbrev-ref", "HEAD"],
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "", ""
    lines = shown.stdout.split()
    return (
        (lines[1][:255], lines[0][:64]) if shown.returncode == 0 and len(lines) == 2 else ("", "")
    )
