"""Answers about packages that are kept; the site's wiring lists them under ``KNOWLEDGE``."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from apps.centralcloud.package_sync.selectors.hot import (
    VIEW,
    HotPackage,
    ecosystems_hot,
    packages_hot,
)
from apps.shared.knowledge_cache.answers import ViewAnswer
from apps.shared.knowledge_cache.fitting import rows_fitting
from apps.shared.knowledge_cache.kinds import Answer, Kind, Question
from apps.shared.knowledge_cache.selectors import source_changed_at
from apps.shared.knowledge_cache.services.refreshing import view_source


class HotPackages(ViewAnswer):
    """The packages that most instances use, of an ecosystem or of all."""

    packages: tuple[HotPackage, ...]
    left_out: int = Field(description="The last ones, for which a message has no room.")


def _hot(question: Question) -> Answer:
    found = packages_hot(ecosystem=question["ecosystem"])
    packages = rows_fitting(found)
    return HotPackages(
        as_of=source_changed_at(view_source(VIEW)),
        packages=tuple(packages),
        left_out=len(found) - len(packages),
    ).answer()


def _told() -> Iterator[Question]:
    """That of all ecosystems together, and that of each."""
    return ({"ecosystem": ecosystem} for ecosystem in ("", *ecosystems_hot()))


HOT_PACKAGES = Kind("hot_packages", (view_source(VIEW),), _hot, _told)
"""Asked by ``ecosystem``, empty for all. Only packages that instances may hear of."""
