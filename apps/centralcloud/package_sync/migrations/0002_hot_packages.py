"""The packages that most instances use: who took them up, who is behind, what is had, what ails it.

Places are counted among what instances may hear of. The unique index lets
``REFRESH MATERIALIZED VIEW CONCURRENTLY`` compare the old rows with the new ones.
"""

from django.db import migrations

_HOT = """
    CREATE MATERIALIZED VIEW package_sync_hot_packages AS
    SELECT id, purl, ecosystem, latest, licence, deprecated, instances, codebases, place,
        ecosystem_place,
        (SELECT count(*) FROM (
            SELECT FROM package_sync_use WHERE package_id = ranked.id GROUP BY instance
            HAVING min(first_seen_at) >= now() - interval '28 days'
        ) AS new) AS joined,
        (SELECT count(DISTINCT u.instance)
         FROM package_sync_use AS u JOIN package_sync_usedversion AS v ON v.use_id = u.id
         WHERE u.package_id = ranked.id AND v.behind > 0) AS behind,
        (SELECT coalesce(
            jsonb_agg(jsonb_build_object('version', version, 'instances', had)
                ORDER BY had DESC, version COLLATE "C"), '[]')
         FROM (
            SELECT key AS version, value::int AS had FROM jsonb_each(spread)
            ORDER BY value::int DESC, key COLLATE "C" LIMIT 5
         ) AS most) AS versions,
        (SELECT count(DISTINCT w."group")
         FROM package_sync_use AS u
         JOIN package_sync_usedversion AS v ON v.use_id = u.id
         JOIN package_sync_affectedversion AS m ON m.version_id = v.version_id
         JOIN package_sync_affected AS a ON a.id = m.affected_id
         JOIN package_sync_advisory AS w ON w.id = a.advisory_id
         WHERE u.package_id = ranked.id AND w.withdrawn_at IS NULL) AS advisories
    FROM (
        SELECT id, purl, ecosystem, latest, licence, deprecated <> '' AS deprecated, instances,
            codebases, spread,
            row_number() OVER (ORDER BY instances DESC, codebases DESC, id) AS place,
            row_number() OVER (
                PARTITION BY ecosystem ORDER BY instances DESC, codebases DESC, id
            ) AS ecosystem_place
        FROM package_sync_package WHERE shown AND instances > 0
    ) AS ranked
    WHERE place <= 200 OR ecosystem_place <= 200
"""
_INDEX = """
    CREATE UNIQUE INDEX package_sync_hot_packages_once ON package_sync_hot_packages (id)
"""


class Migration(migrations.Migration):
    dependencies = [("package_sync", "0001_initial")]

    operations = [
        migrations.RunSQL([_HOT, _INDEX], "DROP MATERIALIZED VIEW package_sync_hot_packages")
    ]
