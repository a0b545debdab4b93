"""A fleet and what registries would say: 60,000 packages, 1M versions, 20M dependencies.

Some packages have thousands of versions, most few; some are needed by hundreds of thousands of
versions, most by hardly any; 1,000 instances use 300 packages each, the popular ones more often.
All is made by PostgreSQL itself, without indexes and without a log, and indexed afterwards.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

from apps.centralcloud.package_sync.services.use_counts import use_counts_write


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made; ``needs`` are dependencies of each version."""

    packages: int = 60_000
    versions: int = 1_000_000
    needs: int = 20
    instances: int = 1_000
    uses: int = 300
    advisories: int = 20_000


_FAST = "SET session_replication_role = replica; SET synchronous_commit = off; SELECT setseed(.5)"
_WORDS = """
    CREATE TEMPORARY TABLE word AS
    SELECT n, substr(translate(md5(n::text), '0123456789', 'ghijklmnop'), 1, 4 + n % 5) AS word
    FROM generate_series(1, 3000) n;
    ALTER TABLE word ADD PRIMARY KEY (n);
    CREATE TEMPORARY TABLE named AS
    SELECT p, (SELECT array_agg(word) FROM word WHERE n = ANY (drawn)) AS words
    FROM (
        SELECT p, (SELECT array_agg(1 + floor(3000 * power(random(), 2))::int)
            FROM generate_series(1, 14 + 0 * p)) AS drawn
        FROM generate_series(1, {packages}) p
    ) drawn;
"""
_PACKAGES = """
    INSERT INTO package_sync_package (id, purl, ecosystem, namespace, name, state, shown, digest,
        latest, summary, licence, licence_ids, keywords, homepage, repository, deprecated,
        maintainers, downloads_days, versions_count, yanked_count, releases_year, cadence_days,
        first_release_at, last_release_at, depth, attempts, instances, codebases, spread,
        vulnerable, outdated, obsolete, words)
    SELECT p, 'pkg:' || kind || '/' || name, kind, '', name, 'known', p % 3 <> 0, '', '1.0.0',
        array_to_string(words[5:], ' '), licence, ARRAY[licence], words[2:5], '', '',
        CASE WHEN p % 50 = 7 THEN 'Use another one.' ELSE '' END, 1 + p % 7, 0, 16, 0, 3, 30,
        '2020-01-01', '2026-06-01'::timestamptz - p % 2000 * interval '1 day', 0, 0, 0, 0, '{{}}',
        false, false, false,
        setweight(to_tsvector('simple', replace(name, '-', ' ')), 'A')
            || setweight(to_tsvector('simple', array_to_string(words[2:5], ' ')), 'B')
            || setweight(to_tsvector('simple', array_to_string(words[5:], ' ')), 'C')
    FROM (
        SELECT p, words, words[1] || '-' || words[2] || '-' || p AS name,
            (ARRAY['npm', 'npm', 'npm', 'pypi', 'pypi', 'pypi', 'cargo', 'hex'])[1 + p % 8] AS kind,
            (ARRAY['MIT', 'MIT', 'MIT', 'Apache-2.0', 'BSD-3-Clause', 'GPL-3.0-only'])[1 + p % 6]
                AS licence
        FROM named
    ) made
"""
_LANGUAGES = """
    INSERT INTO package_sync_implementation (package_id, language, evidence, detail)
    SELECT p, (ARRAY['javascript', 'python', 'rust', 'elixir', 'c'])[1 + p % 5], 'registry', 'it is'
    FROM generate_series(1, {packages}) p
    UNION ALL
    SELECT p, 'rust', 'build_system', 'it is built by a tool of rust'
    FROM generate_series(1, {packages}, 9) p
"""
_VERSIONS = """
    INSERT INTO package_sync_version (id, package_id, version, position, released_at, prerelease,
        yanked, yanked_reason, withdrawn, deprecated, licence, licence_text, depends)
    SELECT row_number() OVER (ORDER BY p, n), p, n / 20 || '.' || n % 20 || '.0', n,
        '2020-01-01'::timestamptz + n * interval '9 days', n % 17 = 5, n % 41 = 3, '', n % 97 = 11,
        CASE WHEN n % 29 = 1 THEN 'Old.' ELSE '' END, '', '', true
    FROM (
        SELECT p, CASE WHEN p <= 20 THEN 2000
            ELSE 1 + floor(7 * ({versions} - 40000.) / {packages} * power(random(), 6))::int
        END AS versions
        FROM generate_series(1, {packages}) p
    ) drawn, generate_series(0, versions - 1) n
"""
_LATEST = """
    UPDATE package_sync_package SET latest = version
    FROM (
        SELECT DISTINCT ON (package_id) package_id, version FROM package_sync_version
        ORDER BY package_id, position DESC
    ) last WHERE package_id = package_sync_package.id
"""
_DEPENDENCIES = """
    INSERT INTO package_sync_dependency (version_id, place, target_id, requirement, scope, marker)
    SELECT v, place, 1 + floor({packages} * power(random(), 4))::int, '^1.2.0',
        CASE WHEN place < 12 THEN 'runtime' ELSE 'dev' END, ''
    FROM (SELECT id AS v FROM package_sync_version ORDER BY id) versions,
        generate_series(0, {needs} - 1) place
"""
_USES = """
    INSERT INTO package_sync_readcodebase (instance, codebase, revision, floor, read_at)
    SELECT 'i-' || i, md5(i::text), 1, 0, now() FROM generate_series(1, {instances}) i;
    INSERT INTO package_sync_use (package_id, instance, codebase, requirements, scopes)
    SELECT DISTINCT 1 + floor({packages} * power(random(), 3) * (1 - i % 7 * .1))::int,
        'i-' || i, md5(i::text), ARRAY['^1.2.0'], ARRAY['runtime']
    FROM generate_series(1, {instances}) i, generate_series(1, {uses}) n;
    INSERT INTO package_sync_usedversion (use_id, text, pinned, version_id, behind)
    SELECT u.id, v.version, u.id % 3 <> 0, v.id, last.position - v.position
    FROM package_sync_use u
    JOIN LATERAL (
        SELECT max(position) AS position FROM package_sync_version WHERE package_id = u.package_id
    ) last ON true
    JOIN package_sync_version v ON v.package_id = u.package_id
        AND v.position = floor(last.position * (1 - power((u.id * 7919 % 1000) / 1000., 4)))
"""
_ADVISORIES = """
    INSERT INTO package_sync_advisory (id, osv_id, "group", aliases, summary, details, severity,
        score, vector, "references", source, published_at, modified_at, by_registry)
    SELECT a, 'ADV-' || a, 'ADV-' || a, ARRAY[]::text[], 'What is wrong', '', 'high', 7.5, '', '[]',
        'made', '2026-01-01'::timestamptz + a % 300 * interval '1 day', '2026-05-01', false
    FROM generate_series(1, {advisories}) a;
    INSERT INTO package_sync_affected (id, advisory_id, purl, package_id, ranges, listed, fixed,
        matched)
    SELECT a, a, purl, p.id, '[]', ARRAY[]::text[], ARRAY['1.2.0'], ''
    FROM (SELECT a, 1 + floor({packages} * power(random(), 2))::int AS p
        FROM generate_series(1, {advisories}) a) drawn
    JOIN package_sync_package p ON p.id = drawn.p;
    INSERT INTO package_sync_affectedversion (affected_id, version_id, fixed)
    SELECT a.id, v.id, '1.2.0' FROM package_sync_affected a
    JOIN package_sync_version v ON v.package_id = a.package_id
    WHERE v.position < (a.id * 31 % 40)
"""
_TABLES = (
    "package", "implementation", "version", "dependency", "readcodebase", "use", "usedversion",
    "advisory", "affected", "affectedversion",
)  # fmt: skip


_BARE = """
    DROP INDEX dependency_target;
    ALTER TABLE package_sync_dependency DROP CONSTRAINT package_sync_dependency_pkey;
    ALTER TABLE package_sync_dependency SET UNLOGGED
"""
_INDEXED = """
    ALTER TABLE package_sync_dependency ADD PRIMARY KEY (version_id, place);
    CREATE INDEX dependency_target ON package_sync_dependency (target_id, version_id)
"""


def world_make(size: Size) -> dict[str, int]:
    """Fill the empty tables of packages; returns how many rows each has."""
    given = asdict(size)
    with connection.cursor() as cursor:
        for statement in (
            _FAST, _WORDS, _PACKAGES, _LANGUAGES, _VERSIONS, _LATEST, _USES, _ADVISORIES,
            _BARE, _DEPENDENCIES, _INDEXED, "SET session_replication_role = DEFAULT", "ANALYZE",
        ):  # fmt: skip
            cursor.execute(statement.format(**given))
        use_counts_write()
        cursor.execute("VACUUM FULL ANALYZE package_sync_package")
        cursor.execute("VACUUM")
        return {name: _count(cursor, name) for name in _TABLES}


def _count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM package_sync_{table}")
    return int(cursor.fetchone()[0])
