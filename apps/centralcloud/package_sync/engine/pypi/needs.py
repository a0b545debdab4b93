"""What a version needs: requirements as PEP 508 writes them, in the registry's own notation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packaging.requirements import InvalidRequirement, Requirement

from apps.centralcloud.package_sync.engine.reading import LINE
from apps.centralcloud.package_sync.engine.record import DependencyRecord, Scope
from apps.shared.packages.names import purl_of

_EXTRA = re.compile(r"\bextra\b(?=\s*(?:==|!=|in\b|not\b))")
_OLD = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^]]*\])?\s*([^;@]*)")


def needs_read(texts: Iterable[str]) -> tuple[DependencyRecord, ...]:
    """Dependencies, those of extras as optional ones; what is at an address is no registry's."""
    return tuple(_needs(texts))


def need_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Normalised names of the projects that requirements name."""
    return tuple(dict.fromkeys(need.purl.rpartition("/")[2] for need in _needs(texts)))


def _needs(texts: Iterable[str]) -> Iterator[DependencyRecord]:
    for text in texts:
        try:
            need = Requirement(text)
        except InvalidRequirement:
            yield from _old(text)
            continue
        if not need.url:
            marker = str(need.marker or "")
            scope = Scope.OPTIONAL if _EXTRA.search(marker) else Scope.RUNTIME
            requirement = str(need.specifier)[:LINE]
            yield DependencyRecord(purl_of("pypi", need.name), requirement, scope, marker[:LINE])


def _old(text: str) -> Iterator[DependencyRecord]:
    """One that is not written as it must be since PEP 508: its name, and the rest as it stands."""
    if match := _OLD.match(text):
        _, _, marker = text.partition(";")
        scope = Scope.OPTIONAL if _EXTRA.search(marker) else Scope.RUNTIME
        requirement = match[2].strip(" ()")[:LINE]
        yield DependencyRecord(purl_of("pypi", match[1]), requirement, scope, marker.strip()[:LINE])
