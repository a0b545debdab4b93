"""Answers that read every contribution, worked out once an hour for all who ask.

They are filled when they are made, so that nobody meets an empty one. The unique indexes let
``REFRESH MATERIALIZED VIEW CONCURRENTLY`` compare the old rows with the new ones.
"""

from django.db import migrations

# Places are counted among what others may see, so that a gap tells nothing of what they may not.
_RANKING = """
    CREATE MATERIALIZED VIEW aggregation_pattern_ranking AS
    SELECT * FROM (
        SELECT id, key, kind, language, left(name, 4000) AS name, instances, eligible, share,
            confidence, trend, codebases, occurrences, tellers,
            row_number() OVER (ORDER BY instances DESC, confidence DESC, id) AS place,
            row_number() OVER (
                PARTITION BY language ORDER BY instances DESC, confidence DESC, id
            ) AS language_place
        FROM aggregation_globalfact WHERE subject = 'pattern' AND shown
    ) AS ranked
    WHERE place <= 50 OR language_place <= 50
"""
_MATRIX = """
    CREATE MATERIALIZED VIEW aggregation_fleet_matrix AS
    SELECT 'kind' AS facet, kind AS name, instance, count(DISTINCT key) AS number
    FROM aggregation_contribution
    WHERE subject = 'pattern' AND NOT withdrawn AND kind <> ''
    GROUP BY instance, kind
    UNION ALL
    SELECT 'framework', left(name, 200), instance, count(DISTINCT codebase)
    FROM aggregation_contribution
    WHERE subject = 'framework' AND NOT withdrawn AND name <> ''
    GROUP BY instance, left(name, 200)
    UNION ALL
    SELECT 'language', told ->> 'language', instance, sum((told ->> 'files')::bigint)::bigint
    FROM aggregation_instancestatistics, jsonb_array_elements(report -> 'languages') AS told
    GROUP BY instance, told ->> 'language'
"""
_SUMMARY = """
    CREATE MATERIALIZED VIEW aggregation_instance_summary AS
    SELECT c.instance, count(DISTINCT c.codebase) AS codebases,
        count(DISTINCT c.key) FILTER (WHERE c.subject = 'pattern') AS patterns,
        count(DISTINCT c.key) FILTER (WHERE c.subject = 'architecture') AS architecture,
        count(DISTINCT c.key) FILTER (WHERE c.subject = 'framework') AS frameworks,
        count(DISTINCT c.key) FILTER (WHERE c.subject = 'package') AS packages,
        count(DISTINCT (c.subject, c.key)) FILTER (WHERE f.instances > 1) AS shared,
        count(DISTINCT (c.subject, c.key)) FILTER (WHERE f.instances = 1) AS alone,
        min(c.first_seen_at) AS first_seen_at
    FROM aggregation_contribution AS c
    LEFT JOIN aggregation_globalfact AS f USING (subject, key)
    WHERE NOT c.withdrawn
    GROUP BY c.instance
"""
_VIEWS = {
    "aggregation_pattern_ranking": (_RANKING, "id"),
    "aggregation_fleet_matrix": (_MATRIX, "facet, name, instance"),
    "aggregation_instance_summary": (_SUMMARY, "instance"),
}


def _view(name, statement, key):
    index = f"CREATE UNIQUE INDEX {name}_once ON {name} ({key})"
    return migrations.RunSQL([statement, index], f"DROP MATERIALIZED VIEW {name}")


class Migration(migrations.Migration):
    dependencies = [("aggregation", "0001_initial")]

    operations = [_view(name, *made) for name, made in _VIEWS.items()]
