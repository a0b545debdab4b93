"""Answers about packages that are kept; the site's wiring lists them under ``KNOWLEDGE``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from apps.centralcloud.package_sync.selectors.hot import VIEW, ecosystems_hot, packages_hot
from apps.shared.knowledge_cache.kinds import Answer, Kind, Question
from apps.shared.knowledge_cache.selectors import source_changed_at

_SOURCE = f"view:{VIEW}"


def _hot(question: Question) -> Answer:
    changed_at = source_changed_at(_SOURCE)
    return {
        "as_of": changed_at.isoformat() if changed_at else None,
        "packages": [asdict(one) for one in packages_hot(ecosystem=question["ecosystem"])],
    }


def _told() -> Iterator[Question]:
    """That of all ecosystems together, and that of each."""
    return ({"ecosystem": ecosystem} for ecosystem in ("", *ecosystems_hot()))


HOT_PACKAGES = Kind("hot_packages", (_SOURCE,), _hot, _told)
"""Asked by ``ecosystem``, empty for all. Only packages that instances may hear of."""
