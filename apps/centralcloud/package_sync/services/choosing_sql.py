"""The statements that work out which packages are wanted, one step of dependencies at a time."""

from __future__ import annotations

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('package_sync choosing', 0))"

CREATE = """
    CREATE TEMPORARY TABLE package_sync_wanted (
        package_id bigint PRIMARY KEY,
        depth smallint NOT NULL,
        steps smallint NOT NULL,
        shown_steps smallint NOT NULL,
        turn smallint NOT NULL
    ) ON COMMIT DROP
"""
"""``steps`` of dependencies are still to follow from a package, and ``shown_steps`` of them with
packages that instances may hear of; -1: not even of this one."""

HOLD = """
    CREATE TEMPORARY TABLE package_sync_held ON COMMIT DROP AS
    SELECT package.id AS package_id, version.id AS version_id, true AS told
    FROM package_sync_package package JOIN package_sync_version version
        ON version.package_id = package.id AND version.version = package.latest
    UNION ALL
    SELECT package_id, version_id, count(DISTINCT instance) >= %(least)s
    FROM package_sync_use use JOIN package_sync_usedversion ON use_id = use.id
    WHERE version_id IS NOT NULL GROUP BY package_id, version_id
"""
"""Versions whose dependencies are followed: the latest of each package, and those in use;
``told``: what they need may be shown."""

ANALYZE = "ANALYZE package_sync_held, package_sync_wanted"

DROP = "DROP TABLE package_sync_held, package_sync_wanted"

_TAKE = """
    , placed AS (
        SELECT found.*, known.package_id IS NOT NULL AS there, row_number() OVER (
            PARTITION BY known.package_id IS NOT NULL
            ORDER BY found.weight DESC, found.package_id
        ) AS place
        FROM found LEFT JOIN package_sync_wanted known USING (package_id)
    ),
    taken AS (
        INSERT INTO package_sync_wanted AS known (package_id, depth, steps, shown_steps, turn)
        SELECT package_id, depth, steps, shown_steps, %(turn)s
        FROM placed WHERE there OR place <= %(room)s
        ON CONFLICT (package_id) DO UPDATE SET
            depth = least(known.depth, EXCLUDED.depth),
            steps = greatest(known.steps, EXCLUDED.steps),
            shown_steps = greatest(known.shown_steps, EXCLUDED.shown_steps),
            turn = EXCLUDED.turn
        WHERE EXCLUDED.depth < known.depth OR EXCLUDED.steps > known.steps
            OR EXCLUDED.shown_steps > known.shown_steps
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM taken),
        (SELECT count(*) FROM placed WHERE NOT there AND place > %(room)s)
"""
"""Takes what ``found`` has: the weightiest first, as many new ones as there is room for."""

START = f"""
    WITH roots AS (
        SELECT package.id AS package_id, seed.depth AS steps, seed.depth AS shown_steps,
            2147483647 AS weight
        FROM package_sync_seed seed JOIN package_sync_package package USING (purl)
        UNION ALL
        SELECT package_id, %(depth)s,
            CASE WHEN count(DISTINCT instance) >= %(least)s THEN %(depth)s ELSE -1 END,
            count(DISTINCT instance)
        FROM package_sync_use GROUP BY package_id
    ),
    found AS (
        SELECT package_id, 0 AS depth, max(steps) AS steps, max(shown_steps) AS shown_steps,
            max(weight) AS weight
        FROM roots GROUP BY package_id
    )
    {_TAKE}
"""
"""Packages that code bases declare and those that an admin wants."""

STEP = f"""
    WITH frontier AS (
        SELECT * FROM package_sync_wanted WHERE turn = %(turn)s - 1 AND steps > 0
    ),
    found AS (
        SELECT dependency.target_id AS package_id, min(depth) + 1 AS depth, max(steps) - 1 AS steps,
            max(CASE WHEN told AND shown_steps > 0 THEN shown_steps - 1 ELSE -1 END) AS shown_steps,
            count(DISTINCT frontier.package_id) AS weight
        FROM frontier JOIN package_sync_held USING (package_id)
        JOIN package_sync_dependency dependency USING (version_id)
        WHERE dependency.scope = ANY(%(scopes)s)
        GROUP BY dependency.target_id
    )
    {_TAKE}
"""
"""What the packages of the last turn need."""

MARK = """
    UPDATE package_sync_package package
    SET depth = wanted.depth, shown = coalesce(wanted.shown_steps >= 0, false)
    FROM package_sync_package before LEFT JOIN package_sync_wanted wanted
        ON wanted.package_id = before.id
    WHERE package.id = before.id
        AND (before.depth, before.shown)
            IS DISTINCT FROM (wanted.depth, coalesce(wanted.shown_steps >= 0, false))
"""

DUE = """
    UPDATE package_sync_package package SET due_at = %(now)s
    FROM package_sync_wanted wanted
    WHERE package.id = wanted.package_id AND package.due_at IS NULL
        AND package.ecosystem = ANY(%(ecosystems)s)
"""

NOT_DUE = """
    UPDATE package_sync_package package SET due_at = NULL
    WHERE due_at IS NOT NULL AND (depth IS NULL OR ecosystem <> ALL(%(ecosystems)s))
"""
