"""Finding the code base that a path belongs to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.selectors.filters import SearchFilters, codebases_chosen


def root_for(*, instance: str, path: Path) -> Path:
    """The root in which a path is judged.

    The innermost known code base around it, else the git work tree around it, else its folder.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  a link is judged itself
    inner = codebase_around(codebases=codebases_of(instance=instance), path=absolute)
    if inner is not None:
        return Path(inner.root)
    for folder in (absolute, *absolute.parents):
        if (folder / ".git").exists():
            return folder
    return absolute.parent


def codebases_of(*, instance: str, name: str = "") -> list[Codebase]:
    """The code bases of an instance, or the one of this name.

    Raises:
        UnknownCodebase: there is none of the name; the message lists those there are.
    """
    rows = list(Codebase.objects.filter(instance=instance).order_by("name"))
    return codebases_chosen(rows, SearchFilters(codebase=name))


def codebase_get(*, instance: str, codebase_id: int) -> Codebase:
    """One code base of an instance. Raises Codebase.DoesNotExist."""
    return Codebase.objects.get(instance=instance, id=codebase_id)


def codebase_around(*, codebases: Sequence[Codebase], path: Path) -> Codebase | None:
    """The innermost of the code bases that a path lies in, if there is one."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  a link is judged itself
    known = {Path(codebase.root): codebase for codebase in codebases}
    inside = (folder for folder in (absolute, *absolute.parents) if folder in known)
    inner = next(inside, None)
    return None if inner is None else known[inner]
