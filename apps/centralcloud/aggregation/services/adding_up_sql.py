"""The statements that add contributions up to facts, a chunk of keys at once."""

from __future__ import annotations

from apps.centralcloud.aggregation.services.contributing_sql import bucket
from apps.centralcloud.aggregation.services.populations import ANY, population
from apps.centralcloud.aggregation.services.wilson import wilson
from apps.shared.contracts.payloads.base import LARGEST

VERSIONS_SHOWN = 50
# A version without a word or a local part says nothing of who uses it.
_PLAIN_VERSION = r"^v?\d{1,9}(\.\d{1,9}){0,4}([-._]?(a|b|c|rc|alpha|beta|dev|post)[-.]?\d{0,9})?$"
_FACT = (
    "kind", "language", "name", "tellers", "shown", "instances", "codebases", "occurrences",
    "files", "opportunities", "eligible", "share", "confidence", "joined", '"left"', "trend",
    "details", "first_seen_at", "first_seen_instance", "revisit_at",
)  # fmt: skip
_COLUMNS = ", ".join(_FACT)

BUCKETS_DIRTY = "SELECT bucket, count(*) FROM aggregation_dirtyfact GROUP BY bucket ORDER BY bucket"
CLAIM = """
    WITH taken AS (
        DELETE FROM aggregation_dirtyfact WHERE bucket = ANY(%(buckets)s) RETURNING subject, key
    )
    SELECT array_agg(subject), array_agg(key) FROM (SELECT DISTINCT subject, key FROM taken) keys
"""
MEMORY = "SET LOCAL work_mem = '32MB'"
"""What a chunk of widely known keys needs in order not to sort on disk."""
DUE = f"""
    INSERT INTO aggregation_dirtyfact (subject, key, bucket)
    SELECT subject, key, {bucket("key")} FROM aggregation_globalfact WHERE revisit_at <= %(now)s
"""
EVERYTHING = f"""
    INSERT INTO aggregation_dirtyfact (subject, key, bucket)
    SELECT subject, key, {bucket("key")} FROM (
        SELECT subject, key FROM aggregation_contribution
        UNION SELECT subject, key FROM aggregation_globalfact
    ) keys;
    INSERT INTO aggregation_dirtymember (population, instance)
    SELECT DISTINCT {population("c")}, instance FROM aggregation_contribution c WHERE NOT withdrawn
    UNION SELECT '{ANY}', instance FROM aggregation_contribution WHERE NOT withdrawn
    UNION SELECT population, instance FROM aggregation_member;
"""

ADD_UP = f"""
    WITH keys AS (
        SELECT * FROM unnest(%(subjects)s::text[], %(keys)s::text[]) AS keys (subject, key)
    ), told AS (
        SELECT subject, key, c.instance, c.withdrawn, c.kind, c.language, c.name, c.occurrences,
            c.files, c.opportunities, c.first_seen_at, c.withdrawn_at,
            c.details -> 'versions' AS versions
        FROM keys JOIN aggregation_contribution c USING (subject, key)
    ), by_instance AS (
        SELECT subject, key, instance,
            count(*) FILTER (WHERE NOT withdrawn) AS codebases,
            sum(occurrences) AS occurrences, sum(files) AS files,
            sum(opportunities) AS opportunities,
            min(first_seen_at) AS seen_at, max(withdrawn_at) AS gone_at
        FROM told GROUP BY subject, key, instance
    ), moves AS (
        SELECT *, codebases > 0 AS has,
            codebases > 0 AND seen_at > %(since)s AS joins,
            codebases = 0 AND gone_at > %(since)s AS leaves
        FROM by_instance
    ), totals AS (
        SELECT subject, key,
            count(*) FILTER (WHERE has) AS instances,
            sum(codebases) AS codebases,
            least(sum(occurrences), {LARGEST}) AS occurrences,
            least(sum(files), {LARGEST}) AS files,
            CASE WHEN count(opportunities) > 0 THEN least(sum(opportunities), {LARGEST}) END
                AS opportunities,
            count(*) FILTER (WHERE joins) AS joined,
            count(*) FILTER (WHERE leaves) AS "left",
            min(CASE WHEN joins THEN seen_at WHEN leaves THEN gone_at END) + %(window)s
                AS revisit_at,
            (array_agg(instance ORDER BY seen_at, instance COLLATE "C") FILTER (WHERE has))[1]
                AS first_seen_instance,
            min(seen_at) AS first_seen_at
        FROM moves GROUP BY subject, key HAVING bool_or(has)
    ), told_alike AS (
        SELECT subject, key, min(kind) AS kind, min(language) AS language, min(name) AS name,
            (min(kind), min(language), min(name)) = (max(kind), max(language), max(name)) AS alike
        FROM told WHERE NOT withdrawn GROUP BY subject, key
    ), contents AS (
        SELECT subject, key, told.kind, told.language, told.name,
            count(DISTINCT instance) AS tellers
        FROM told_alike JOIN told USING (subject, key) WHERE NOT alike AND NOT withdrawn
        GROUP BY subject, key, told.kind, told.language, told.name
    ), most_told AS (
        SELECT DISTINCT ON (subject, key) * FROM contents
        ORDER BY subject, key, tellers DESC, name COLLATE "C", kind COLLATE "C",
            language COLLATE "C"
    ), content AS (
        SELECT subject, key, kind, language, name, NULL::bigint AS tellers
        FROM told_alike WHERE alike
        UNION ALL SELECT subject, key, kind, language, name, tellers FROM most_told
    ), versions AS (
        SELECT subject, key, version, count(DISTINCT instance) AS instances
        FROM told, jsonb_array_elements_text(versions) AS version
        WHERE NOT withdrawn AND subject IN ('framework', 'package')
        GROUP BY subject, key, version
    ), named AS (
        SELECT *, row_number() OVER (
            PARTITION BY subject, key ORDER BY instances DESC, version COLLATE "C"
        ) AS place
        FROM versions WHERE instances >= %(least)s OR version ~* '{_PLAIN_VERSION}'
    ), spread AS (
        SELECT subject, key, jsonb_build_object('versions', jsonb_object_agg(version, instances))
            AS details
        FROM named WHERE place <= {VERSIONS_SHOWN} GROUP BY subject, key
    ), populations AS (
        SELECT population, count(*) AS members FROM aggregation_member GROUP BY population
    ), facts AS (
        SELECT t.*, c.kind, c.language, c.name, coalesce(c.tellers, t.instances) AS tellers,
            t.joined - t."left" AS trend, coalesce(spread.details, '{{}}') AS details
        FROM totals t JOIN content c USING (subject, key) LEFT JOIN spread USING (subject, key)
    ), counted AS (
        SELECT f.*, f.tellers >= %(least)s AS shown,
            greatest(f.instances, coalesce(p.members, 0)) AS eligible
        FROM facts f LEFT JOIN populations p ON p.population = {population("f")}
    ), summed AS (
        SELECT *, instances::float8 / eligible AS share,
            {wilson("instances", "eligible")} AS confidence
        FROM counted
    ), written AS (
        INSERT INTO aggregation_globalfact AS known (subject, key, {_COLUMNS}, aggregated_at)
        SELECT subject, key, {_COLUMNS}, %(now)s FROM summed
        ON CONFLICT (subject, key) DO UPDATE
        SET {", ".join(f"{name} = excluded.{name}" for name in _FACT)},
            aggregated_at = excluded.aggregated_at
        WHERE ({", ".join(f"known.{name}" for name in _FACT)})
            IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _FACT)})
        RETURNING 1
    ), held_no_more AS (
        SELECT subject, key FROM keys EXCEPT SELECT subject, key FROM told_alike
    ), removed AS (
        DELETE FROM aggregation_globalfact fact USING held_no_more AS gone
        WHERE fact.subject = gone.subject AND fact.key = gone.key RETURNING 1
    )
    SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM removed)
"""

MEMBERS = f"""
    WITH taken AS (
        DELETE FROM aggregation_dirtymember RETURNING population, instance
    ), asked AS (
        SELECT DISTINCT population, instance FROM taken
    ), checked AS (
        SELECT population, instance, EXISTS (
            SELECT FROM aggregation_contribution c
            WHERE c.instance = asked.instance AND NOT c.withdrawn
                AND asked.population IN ('{ANY}', {population("c")})
        ) AS belongs FROM asked
    ), joined AS (
        INSERT INTO aggregation_member (population, instance)
        SELECT population, instance FROM checked WHERE belongs
        ON CONFLICT DO NOTHING RETURNING population
    ), gone AS (
        DELETE FROM aggregation_member m USING checked
        WHERE m.population = checked.population AND m.instance = checked.instance AND NOT belongs
        RETURNING m.population
    )
    SELECT population FROM joined UNION SELECT population FROM gone
"""
SHARES = f"""
    WITH counted AS (
        SELECT fact.id, fact.instances, greatest(fact.instances, (
            SELECT count(*) FROM aggregation_member WHERE population = %(population)s
        )) AS eligible
        FROM aggregation_globalfact fact WHERE {population("fact")} = %(population)s
    )
    UPDATE aggregation_globalfact fact
    SET eligible = counted.eligible, share = counted.instances::float8 / counted.eligible,
        confidence = {wilson("counted.instances", "counted.eligible")}, aggregated_at = %(now)s
    FROM counted WHERE fact.id = counted.id AND fact.eligible <> counted.eligible
"""
