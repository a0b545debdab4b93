"""The statements that take in a batch; each runs once a batch, whatever its size."""

from __future__ import annotations

from apps.centralcloud.aggregation.engine.rows import COLUMNS
from apps.centralcloud.aggregation.services.populations import ANY, population

_NAMES = [name for name, _ in COLUMNS]
_FIELDS = ", ".join(_NAMES)
_CONTENT = [name for name in _NAMES if name not in {"withdrawn", "key"}]
_COLLATED = {"kind", "language", "name"}
BUCKETS = 256


def bucket(key: str) -> str:
    """The bucket of a key, as SQL."""
    return f"(hashtext({key}) & {BUCKETS - 1})::smallint"


def _comparable(row: str) -> list[str]:
    """A row's content as values of which none is null, in the order that decides a tie."""
    nulls = {
        "opportunities": "-1",
        "confidence": "-1",
        "first_seen_at": "'infinity'",
        "withdrawn_at": "'infinity'",
    }
    return [
        f"coalesce({row}.{name}, {nulls[name]})"
        if name in nulls
        else f'{row}.{name}::text COLLATE "C"'
        if name in _COLLATED
        else f"{row}.{name}"
        for name in _CONTENT
    ]


def _row(row: str) -> str:
    return f"({', '.join(_comparable(row))})"


STAGE = f"""
    CREATE TEMP TABLE IF NOT EXISTS aggregation_staged_message (
        message int4, instance text, codebase text, revision int8, floor int8
    ) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS aggregation_staged_fact (
        message int4, {", ".join(f"{name} {kind}" for name, kind in COLUMNS)}
    ) ON COMMIT DELETE ROWS;
    TRUNCATE aggregation_staged_message, aggregation_staged_fact;
"""
COPY_MESSAGES = "COPY aggregation_staged_message FROM STDIN (FORMAT binary)"
COPY_FACTS = f"COPY aggregation_staged_fact (message, {_FIELDS}) FROM STDIN (FORMAT binary)"

# Locks the rows even where they stay as they are: nobody else changes these code bases meanwhile.
STATE = """
    INSERT INTO aggregation_stated AS stated (instance, codebase, subject, floor, revision)
    SELECT instance, codebase, %(subject)s, max(floor), max(revision)
    FROM aggregation_staged_message
    GROUP BY instance, codebase
    ORDER BY instance COLLATE "C", codebase COLLATE "C"
    ON CONFLICT (instance, codebase, subject) DO UPDATE
    SET floor = greatest(stated.floor, excluded.floor),
        revision = greatest(stated.revision, excluded.revision)
    WHERE excluded.floor > stated.floor OR excluded.revision > stated.revision
"""

_MARK_FACTS = f"""
    INSERT INTO aggregation_dirtyfact (subject, key, bucket)
    SELECT DISTINCT %(subject)s, key, {bucket("key")} FROM changed
"""
# Of a key that a batch tells several times the one that wins.
_EACH_ONCE = "DISTINCT ON (message.instance, message.codebase, fact.key)"
_WINNER_FIRST = f"""
    ORDER BY message.instance, message.codebase, fact.key, message.revision DESC, fact.withdrawn,
        {", ".join(f"{one} DESC" for one in _comparable("fact"))}
"""


def upsert(*, repeats: bool) -> str:
    """Write what is newer and mark what that changes; ``repeats``: a key may come twice."""
    return f"""
    WITH staged AS (
        SELECT message, {", ".join(_NAMES).replace("details", "details::jsonb")}
        FROM aggregation_staged_fact
    ), told AS MATERIALIZED (  -- as a whole, so that the old row is looked up by its whole key
        SELECT {_EACH_ONCE if repeats else ""}
            %(subject)s::text AS subject, message, message.instance, message.codebase,
            message.revision, {", ".join(f"fact.{name}" for name in _NAMES)}
        FROM staged fact
        JOIN aggregation_staged_message message USING (message)
        JOIN aggregation_stated stated
            ON stated.instance = message.instance AND stated.codebase = message.codebase
            AND stated.subject = %(subject)s
        WHERE message.revision >= stated.floor
        {_WINNER_FIRST if repeats else ""}
    ), newer AS (
        SELECT told.*,
            (old.id IS NULL OR (old.withdrawn, {_row("old")})
                IS DISTINCT FROM (told.withdrawn, {_row("told")})) AS differs,
            (NOT old.withdrawn) IS TRUE AS held, {population("old")} AS held_in
        FROM told
        LEFT JOIN aggregation_contribution old
            ON old.subject = told.subject AND old.key = told.key
            AND old.instance = told.instance AND old.codebase = told.codebase
        WHERE old.id IS NULL OR told.revision > old.revision
            OR (told.revision = old.revision AND (old.withdrawn AND NOT told.withdrawn
                OR (old.withdrawn = told.withdrawn AND {_row("told")} > {_row("old")})))
    ), upserted AS (
        INSERT INTO aggregation_contribution
            (subject, instance, codebase, revision, {_FIELDS})
        SELECT subject, instance, codebase, revision, {_FIELDS} FROM newer
        ON CONFLICT (instance, codebase, subject, key) DO UPDATE
        SET revision = excluded.revision, withdrawn = excluded.withdrawn,
            {", ".join(f"{name} = excluded.{name}" for name in _CONTENT)}
    ), moves AS (
        SELECT DISTINCT message,
            CASE WHEN held THEN held_in ELSE {population("newer")} END AS population
        FROM newer WHERE held = withdrawn
    ), moved AS (
        INSERT INTO aggregation_dirtymember (population, instance)
        SELECT population, instance FROM moves JOIN aggregation_staged_message USING (message)
        UNION SELECT '{ANY}', instance FROM moves JOIN aggregation_staged_message USING (message)
    ), changed AS (
        SELECT key FROM newer WHERE differs
    )
    {_MARK_FACTS}
"""


FLOOR = f"""
    WITH floors AS (
        SELECT instance, codebase, max(floor) AS floor
        FROM aggregation_staged_message GROUP BY instance, codebase
    ), changed AS (
        DELETE FROM aggregation_contribution old USING floors
        WHERE old.subject = %(subject)s AND old.instance = floors.instance
            AND old.codebase = floors.codebase AND old.revision < floors.floor
        RETURNING old.*
    ), moved AS (
        INSERT INTO aggregation_dirtymember (population, instance)
        SELECT DISTINCT populations.name, changed.instance
        FROM changed, LATERAL (VALUES ({population("changed")}), ('{ANY}'))
            AS populations (name)
        WHERE NOT changed.withdrawn
    )
    {_MARK_FACTS}
"""
