"""Refresh the site's materialized views; answers that derive from one are worked out again."""

from __future__ import annotations

from importlib import import_module

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from apps.shared.knowledge_cache.services.sources import source_changed

log = structlog.get_logger(__name__)

_POPULATED = "SELECT ispopulated FROM pg_matviews WHERE matviewname = %s"
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('knowledge:view:' || %s, 0))"


class RefreshFailed(Exception):
    """Some views could not be refreshed and are as they were; the text says which and why."""


def view_source(view: str) -> str:
    """The source that answers of a view derive from."""
    return f"view:{view}"


def views_refresh() -> list[str]:
    """Refresh all views of the site's ``VIEWS``. Returns those that were.

    One that another process refreshes now is left to it. Readers never wait.

    Raises:
        RefreshFailed: after all others were refreshed.
    """
    done, failed = [], []
    for view in import_module(settings.SITE_WIRING).VIEWS:
        try:
            done += [view] if _refresh(view) else []
        except DatabaseError as error:
            log.exception("view.failed", view=view)
            failed.append(f"{view}: {str(error).splitlines()[0]}")
    if failed:
        raise RefreshFailed("; ".join(failed))
    return done


@transaction.atomic
def _refresh(view: str) -> bool:
    """A view that was never filled has nothing that others could go on reading."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [view])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(_POPULATED, [view])
        row = cursor.fetchone()
        how = "CONCURRENTLY " if row and row[0] else ""
        statement = sql.SQL("REFRESH MATERIALIZED VIEW " + how + "{}")
        cursor.execute(statement.format(sql.Identifier(view)))
    source_changed(view_source(view))
    return True
