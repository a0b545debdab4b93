"""What code bases declare, for the app that knows packages: the site's wiring names this module."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from apps.shared.contracts.payloads.packages import PackageFact

State = tuple[str, str, int, int]
"""Instance, code base, and what tells one state of its declarations from another."""

# Messages of one sync share a revision, and older ones may come in later: only the revisions of
# all facts together say that nothing has changed. Their sum has at most 63 bits.
_STATES = """
    SELECT instance, codebase,
        (SELECT coalesce(sum(c.revision) % 9223372036854775807, 0)::bigint
         FROM aggregation_contribution c
         WHERE c.instance = stated.instance AND c.codebase = stated.codebase
             AND c.subject = stated.subject),
        floor
    FROM aggregation_stated stated WHERE subject = 'package'
    ORDER BY instance COLLATE "C", codebase COLLATE "C"
"""
_HOLD = """
    SELECT FROM aggregation_stated
    WHERE subject = 'package' AND instance = %s AND codebase = %s FOR SHARE
"""
_PACKAGES = """
    SELECT key, details, first_seen_at FROM aggregation_contribution
    WHERE subject = 'package' AND instance = %s AND codebase = %s AND NOT withdrawn
    ORDER BY key COLLATE "C"
"""


def declared_states() -> list[State]:
    """Each code base that has declared something, with its revision and floor.

    The revision is the sum of those of all its facts: it is another one whenever any changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATES)
        return list(cursor.fetchall())


def declared_packages(*, instance: str, codebase: str) -> Iterator[PackageFact]:
    """What a code base declares now, by purl.

    Nobody changes it until the caller's transaction ends: neither a message nor a withdrawal.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [instance, codebase])
        cursor.execute(_PACKAGES, [instance, codebase])
        rows = cursor.fetchall()
    return (_fact(*row) for row in rows)


def _fact(purl: str, details: str, first_seen_at: datetime) -> PackageFact:
    told = json.loads(details)
    return PackageFact(
        purl=purl,
        requirements=tuple(told["requirements"]),
        versions=tuple(told["versions"]),
        scopes=tuple(told["scopes"]),
        first_seen_at=first_seen_at,
    )
