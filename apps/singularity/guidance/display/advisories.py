"""Advisories as words."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from apps.singularity.guidance.engine.concerns import Here
from apps.singularity.guidance.models import Advisory
from apps.singularity.guidance.selectors import own
from apps.singularity.guidance.selectors.digest import why_nothing

VERSIONS_SHOWN = 4


def why_no_advisories() -> str:
    """Why none is shown: nothing was told, or nothing of it concerns this instance."""
    if own(Advisory).exists():
        return "Nothing that the fleet knows of packages concerns what is declared here."
    if settings.ENVIRONMENT.nats_mode == "isolated" or settings.IDENTITY.key is None:
        return why_nothing()
    return "Centralcloud has not told of any package: it tells of those in use every hour."


def standing(here: Iterable[Here]) -> str:
    """What of a code base is concerned: ``shop: 4.17.20, 4.17.21; site: ^4.0 takes 4.17.20``."""
    codebases: dict[str, list[str]] = {}
    for one in here:
        codebases.setdefault(one.codebase, []).append(_version(one))
    return "; ".join(f"{name}: {listed(texts)}" for name, texts in codebases.items())


def listed(texts: list[str]) -> str:
    """A few of them, and how many more there are."""
    shown = ", ".join(texts[:VERSIONS_SHOWN])
    more = len(texts) - VERSIONS_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def remedy(row: Advisory) -> str:
    """What to do about it, in one line."""
    if row.fixed:
        better = "fixed in" if row.kind == Advisory.Kind.VULNERABLE else "use"
        return f"{better} {listed(row.fixed)}"
    return "no version is known to be better"


def _version(one: Here) -> str:
    if one.locked:
        return one.version
    required = one.requirement or "any version"
    return f"{required} takes {one.version}" if one.version else required
