"""Answers that read every contribution, worked out once an hour for all who ask.

They are filled when they are made, so that nobody meets an empty one. The unique indexes let
``REFRESH MATERIALIZED VIEW CONCURRENTLY`` compare the old rows with the new ones.
"""

from django.db import migrations

# 2^53 - 1: the largest whole number that every reader of JSON keeps exact.
_LARGEST = 9007199254740991


def _told_at(revision):
    """A revision as a time: microseconds by the sender's clock, which may run ahead."""
    return f"least(to_timestamp({revision} / 1e6), now())"


# Places are counted among what others may see, so that a gap tells nothing of what they may not.
_RANKING = """
    CREATE MATERIALIZED VIEW aggregation_pattern_ranking AS
    SELECT * FROM (
        SELECT id, subject, key, kind, language, left(name, 2000) AS name,
            length(name) > 2000 AS cut, instances, eligible, share, confidence, trend, codebases,
            occurrences, tellers,
            row_number() OVER (
                PARTITION BY subject ORDER BY instances DESC, confidence DESC, id
            ) AS place,
            row_number() OVER (
                PARTITION BY subject, language ORDER BY instances DESC, confidence DESC, id
            ) AS language_place
        FROM aggregation_globalfact
        WHERE subject IN ('pattern', 'architecture', 'framework') AND shown
    ) AS ranked
    WHERE place <= 50 OR language_place <= 50
"""
# Of each facet fifty names, and in a row without a name how many others an instance has: so rows
# are bounded by the number of instances.
_MATRIX = f"""
    CREATE MATERIALIZED VIEW aggregation_fleet_matrix AS
    WITH cells AS (
        SELECT 'kind' AS facet, kind AS name, instance, count(DISTINCT key) AS number,
            {_told_at("max(revision)")} AS last_changed_at
        FROM aggregation_contribution
        WHERE subject = 'pattern' AND NOT withdrawn AND kind <> ''
        GROUP BY instance, kind
        UNION ALL
        SELECT 'framework', left(name, 200), instance, count(DISTINCT codebase),
            {_told_at("max(revision)")}
        FROM aggregation_contribution
        WHERE subject = 'framework' AND NOT withdrawn AND name <> ''
        GROUP BY instance, left(name, 200)
        UNION ALL
        SELECT 'language', told ->> 'language', instance,
            least(sum((told ->> 'files')::bigint), {_LARGEST})::bigint,
            least(max(reported_at), now())
        FROM aggregation_instancestatistics, jsonb_array_elements(report -> 'languages') AS told
        GROUP BY instance, told ->> 'language'
    ), named AS (
        SELECT facet, name, count(*) AS instances,
            row_number() OVER (
                PARTITION BY facet ORDER BY count(*) DESC, name COLLATE "C"
            ) AS place
        FROM cells GROUP BY facet, name
    ), placed AS (
        SELECT facet, name, instance, number, last_changed_at, place, instances,
            place <= 50 AS stands
        FROM cells JOIN named USING (facet, name)
    )
    SELECT facet, name, instance, number, last_changed_at, place, instances
    FROM placed WHERE stands
    UNION ALL
    SELECT facet, '', instance, count(*), max(last_changed_at), NULL, NULL
    FROM placed WHERE NOT stands GROUP BY facet, instance
"""
_SUMMARY = f"""
    CREATE MATERIALIZED VIEW aggregation_instance_summary AS
    SELECT c.instance, count(DISTINCT c.codebase) AS codebases,
        count(DISTINCT c.key) FILTER (WHERE c.subject = 'pattern') AS patterns,
        count(DISTINCT c.key) FILTER (WHERE c.subject = 'architecture') AS architecture,
        count(DISTINCT c.key) FILTER (WHERE c.subject = 'framework') AS frameworks,
        count(DISTINCT c.key) FILTER (WHERE c.subject = 'package') AS packages,
        least(
            coalesce(sum(c.occurrences) FILTER (WHERE c.subject = 'pattern'), 0), {_LARGEST}
        )::bigint AS occurrences,
        count(DISTINCT (c.subject, c.key)) FILTER (WHERE f.instances > 1) AS shared,
        count(DISTINCT (c.subject, c.key)) FILTER (WHERE f.instances = 1) AS alone,
        min(c.first_seen_at) AS first_seen_at,
        (
            SELECT {_told_at("max(s.revision)")} FROM aggregation_stated AS s
            WHERE s.instance = c.instance
        ) AS last_seen_at
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
