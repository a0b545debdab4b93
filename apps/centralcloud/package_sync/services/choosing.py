"""Which packages are wanted: those that code bases declare, an admin's, and what they need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.centralcloud.package_sync.engine.record import Scope
from apps.centralcloud.package_sync.engine.registry import ECOSYSTEMS
from apps.centralcloud.package_sync.models import Seed
from apps.centralcloud.package_sync.services import choosing_sql as sql
from apps.centralcloud.package_sync.services.storing import package_ensure
from apps.shared.knowledge_cache.services import source_changed

MOST_WANTED = 50_000
"""Packages at most: those most needed are taken first."""
SCOPES = (Scope.RUNTIME, Scope.BUILD, Scope.PEER)
"""Dependencies that are followed: who installs a package gets these."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Packages that are wanted, those due now for the first time, those that nobody wants any more.

    ``left_out`` were found but are more than ``MOST_WANTED``.
    """

    wanted: int
    new: int
    dropped: int
    left_out: int


@transaction.atomic
def packages_choose(*, now: datetime | None = None, most: int = MOST_WANTED) -> Chosen:
    """Mark which packages are wanted, by how many steps, and which of them instances may hear of.

    A package is shown where an admin wants it or at least ``PATTERN_MIN_INSTANCES`` instances
    declare it, and so is what its latest version needs, or one that as many instances use. New
    ones are due at once; what nobody wants any more is not due again.
    """
    package_ensure(Seed.objects.values_list("purl", flat=True))
    given: dict[str, Any] = {
        "depth": settings.PACKAGE_DEPTH,
        "least": settings.PATTERN_MIN_INSTANCES,
        "scopes": [scope.value for scope in SCOPES],
        "ecosystems": list(ECOSYSTEMS),
        "now": now or timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK)
        cursor.execute(sql.CREATE)
        cursor.execute(sql.HOLD, given)
        left_out = _follow(cursor, given, most)
        cursor.execute("SELECT count(*) FROM package_sync_wanted")
        wanted = cursor.fetchone()[0]
        cursor.execute(sql.MARK)
        marked = cursor.rowcount
        cursor.execute(sql.DUE, given)
        new = cursor.rowcount
        cursor.execute(sql.NOT_DUE, given)
        dropped = cursor.rowcount
        cursor.execute(sql.DROP)
    if marked:
        source_changed("packages")
    return Chosen(wanted=wanted, new=new, dropped=dropped, left_out=left_out)


def _follow(cursor: Any, given: dict[str, Any], most: int) -> int:
    """Take the roots and, turn by turn, what the packages of the last turn need."""
    statement, room, turn, left_out = sql.START, most, 0, 0
    taken: int
    over: int
    while True:
        cursor.execute(statement, {**given, "turn": turn, "room": room})
        taken, over = cursor.fetchone()
        left_out = max(left_out, over)
        if not taken:
            return left_out
        cursor.execute(sql.ANALYZE)
        cursor.execute("SELECT count(*) FROM package_sync_wanted")
        statement, room, turn = sql.STEP, most - cursor.fetchone()[0], turn + 1
