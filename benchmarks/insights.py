"""Insights of 1,000 instances of 500 facts each: time, memory, and the run after, unchanged.

Half of the patterns are drawn from a pool, the popular ones more often; the other half go with
the frameworks that an instance uses, so that there is something to recommend.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

from benchmarks.database import cloud_site
from benchmarks.report import peak_memory_mb, show

INSTANCES, POOL = 1_000, 20_000
_INSTANCES = f"""
    INSERT INTO fleet_instance (name, state, note, enrolled_at, version, mode, jobs, languages,
        codebases, files, patterns, frameworks, queued, lag_seconds)
    SELECT 'i-' || i, 'enrolled', '', now(), '', '', '[]', '[]', 0, 0, 0, 0, 0, 0
    FROM generate_series(1, {INSTANCES}) i
"""
_INTO = """
    INSERT INTO aggregation_contribution (subject, instance, codebase, key, revision, withdrawn,
        kind, language, name, occurrences, files, opportunities, details, first_seen_at)
"""
_USED = f"""
    CREATE TEMPORARY TABLE used AS
    SELECT DISTINCT i, floor(60 * power(random(), 2))::int AS f
    FROM generate_series(1, {INSTANCES}) i, generate_series(1, 20)
"""
_FRAMEWORKS = f"""
    {_INTO} SELECT 'framework', 'i-' || i, md5(i::text), 'framework-' || f, 1, false, 'web', '',
        'Framework ' || f, 1, 1, NULL, '{{"versions": []}}', '2026-01-01' FROM used
"""
_PACKAGES = f"""
    {_INTO} SELECT DISTINCT ON (i, p) 'package', 'i-' || i, md5(i::text), 'pkg:pypi/package-' || p,
        1, false, 'pypi', '', 'pkg:pypi/package-' || p, 1, 1, NULL::bigint,
        jsonb_build_object('versions', jsonb_build_array('1.' || floor(6 * power(random(), 3)))),
        timestamptz '2026-01-01'
    FROM (SELECT i, floor(400 * power(random(), 2))::int AS p
        FROM generate_series(1, {INSTANCES}) i, generate_series(1, 60)) drawn
"""
_PATTERN = """
    CASE WHEN p % 10 = 0 THEN 'rule' ELSE 'idiom' END, 'python',
    'with library_' || p || '.opened($A) as $B:' || chr(10) || '    $B.call_' || p || '($$$C)',
    30, 5, CASE WHEN p % 10 = 0 THEN 30 + floor(3 * random())::int END, '{}'::jsonb,
    timestamptz '2026-01-01'
"""
_NOISE = f"""
    {_INTO} SELECT DISTINCT ON (i, p) 'pattern', 'i-' || i, md5(i::text),
        'idiom-1-' || md5(p::text), 1, false, {_PATTERN}
    FROM (SELECT i, floor({POOL} * power(random(), 3))::int AS p
        FROM generate_series(1, {INSTANCES}) i, generate_series(1, 240)) drawn
"""
_PLANTED = f"""
    {_INTO} SELECT DISTINCT ON (i, p) 'pattern', 'i-' || i, md5(i::text),
        'idiom-1-' || md5('x' || p), 1, false, {_PATTERN}
    FROM (SELECT i, f * 14 + n AS p FROM used, generate_series(1, 14) n WHERE random() < .9) drawn
"""


def fleet_make() -> int:
    """Fill the tables, add the facts up; returns how many contributions there are."""
    from django.db import connection

    from apps.centralcloud.aggregation.services.adding_up import facts_aggregate

    with connection.cursor() as cursor:
        for statement in (
            "SELECT setseed(.5)", _INSTANCES, _USED, _FRAMEWORKS, _PACKAGES, _NOISE, _PLANTED,
        ):  # fmt: skip
            cursor.execute(statement)
        cursor.execute("SELECT count(*) FROM aggregation_contribution")
        (count,) = cursor.fetchone()
    facts_aggregate(full=True)
    return int(count)


def run() -> None:
    """One run, in this process."""
    import django

    django.setup()
    from django.conf import settings

    from apps.centralcloud.insights.services import insights_generate

    settings.IDENTITY.key_made_here()
    started, used = time.perf_counter(), time.process_time()
    done = insights_generate()
    print(time.perf_counter() - started, time.process_time() - used, peak_memory_mb()[0])
    print(done["facts"], done["recommendations"])


def measured() -> list[float]:
    """Seconds, those of the processor, peak MiB, facts, recommendations, of a fresh process."""
    command = [sys.executable, "-m", "benchmarks.insights", "--run"]
    return [float(number) for number in subprocess.check_output(command, text=True).split()]


def main() -> None:
    """Measure and print."""
    with cloud_site():
        contributions = fleet_make()
        first, processor, memory, facts, recommendations = measured()
        again, processor_again, *_ = measured()
    figures: dict[str, Any] = {
        "instances": INSTANCES,
        "contributions": contributions,
        "facts that are shown": int(facts),
        "recommendations": int(recommendations),
        "first run, s (goal 60)": first,
        "of the processor, s": processor,
        "peak, MiB (goal 512)": memory,
        "next run, nothing changed, s": again,
        "of the processor then, s": processor_again,
    }
    show("insights", figures)


if __name__ == "__main__":
    run() if "--run" in sys.argv else main()
