"""The hourly round: refresh views, tell what changed with them, catch up with what others tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apps.shared.knowledge_cache.services.catching_up import copies_catch_up
from apps.shared.knowledge_cache.services.refreshing import RefreshFailed, views_refresh
from apps.shared.knowledge_cache.services.telling import TellingFailed, answers_tell
from apps.shared.nats_bridge.services.asking import NoAnswer


class UpkeepFailed(Exception):
    """A part of the round failed, the others were done; the text says which and why."""


def cache_refresh() -> dict[str, Any]:
    """Do all parts, whatever becomes of one: a view that fails keeps no other answer back.

    Raises:
        UpkeepFailed: after all parts.
    """
    parts: tuple[Callable[[], Mapping[str, Any]], ...] = (
        lambda: {"views": len(views_refresh())},
        answers_tell,
        lambda: {"copies": copies_catch_up()},
    )
    done: dict[str, Any] = {}
    failed: list[str] = []
    for part in parts:
        try:
            done |= part()
        except (RefreshFailed, TellingFailed, NoAnswer) as error:
            failed.append(str(error))
    if failed:
        raise UpkeepFailed("; ".join(failed))
    return done
