"""The filters of a search, as SQL over chunks ``c`` joined with their files ``f``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.singularity.ingestion.engine.path_glob import glob_to_regex
from apps.singularity.ingestion.models import Codebase


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """What a search is limited to; empty values let everything pass."""

    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    path: str = ""
    codebase: str = ""

    @property
    def narrow(self) -> bool:
        """Whether chunks are left out for another reason than their code base."""
        return bool(self.languages or self.kinds or self.path)


NO_FILTERS = SearchFilters()


class UnknownCodebase(Exception):
    """The filter names a code base that this instance does not have."""


def codebases_chosen(codebases: list[Codebase], filters: SearchFilters) -> list[Codebase]:
    """Those of an instance's code bases that a search covers.

    Raises:
        UnknownCodebase: the filter names none of them.
    """
    if not filters.codebase:
        return codebases
    chosen = [codebase for codebase in codebases if codebase.name == filters.codebase]
    if not chosen:
        known = ", ".join(codebase.name for codebase in codebases) or "none yet"
        raise UnknownCodebase(f"no code base is called {filters.codebase!r}; known: {known}")
    return chosen


def where(codebases: list[Codebase], filters: SearchFilters) -> tuple[str, dict[str, Any]]:
    """A condition over ``c`` (chunks) and ``f`` (their files), and its parameters."""
    conditions = ["c.codebase_id = ANY(%(codebases)s)"]
    values: dict[str, Any] = {"codebases": [codebase.pk for codebase in codebases]}
    if filters.languages:
        conditions.append("c.language = ANY(%(languages)s)")
        values["languages"] = list(filters.languages)
    if filters.kinds:
        conditions.append("c.kind = ANY(%(kinds)s)")
        values["kinds"] = list(filters.kinds)
    if filters.path:
        conditions.append("f.path ~ %(path)s")
        values["path"] = f"^({glob_to_regex(filters.path)})$"
    return " AND ".join(conditions), values
