"""Finding the code base that a path belongs to."""

from __future__ import annotations

import os
from pathlib import Path

from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.selectors.filters import SearchFilters, codebases_chosen


def root_for(*, instance: str, path: Path) -> Path:
    """The root in which a path is judged.

    The innermost known code base around it, else the git work tree around it, else its folder.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  a link is judged itself
    roots = Codebase.objects.filter(instance=instance).values_list("root", flat=True)
    known = {Path(root) for root in roots}
    around = [absolute, *absolute.parents]
    for folder in around:
        if folder in known:
            return folder
    for folder in around:
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
