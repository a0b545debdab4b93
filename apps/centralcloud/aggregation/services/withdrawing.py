"""Take an instance out of everything, as if it had never been there."""

from __future__ import annotations

from django.db import connection, transaction

from apps.centralcloud.aggregation.models import InstanceStatistics
from apps.centralcloud.aggregation.services.contributing_sql import bucket
from apps.centralcloud.aggregation.services.populations import ANY, population

_LOCK = """
    SELECT FROM aggregation_stated WHERE instance = %(instance)s
    ORDER BY codebase COLLATE "C", subject FOR UPDATE
"""
_REMOVE = f"""
    WITH removed AS (
        DELETE FROM aggregation_contribution WHERE instance = %(instance)s RETURNING *
    ), stated AS (
        DELETE FROM aggregation_stated WHERE instance = %(instance)s
    ), moved AS (
        INSERT INTO aggregation_dirtymember (population, instance)
        SELECT DISTINCT populations.name, %(instance)s
        FROM removed, LATERAL (VALUES ({population("removed")}), ('{ANY}')) AS populations (name)
        WHERE NOT withdrawn
    ), marked AS (
        INSERT INTO aggregation_dirtyfact (subject, key, bucket)
        SELECT DISTINCT subject, key, {bucket("key")} FROM removed
    )
    SELECT count(*) FROM removed
"""


@transaction.atomic
def instance_remove(*, instance: str) -> int:
    """Remove all that an instance contributed, and mark what it was part of.

    Returns how many contributions there were; the next adding up takes them out of the facts.
    Messages of the instance that come in later count again: who withdraws it refuses them first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"instance": instance})
        cursor.execute(_REMOVE, {"instance": instance})
        (removed,) = cursor.fetchone()
    InstanceStatistics.objects.filter(instance=instance).delete()
    return int(removed)
