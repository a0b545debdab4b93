"""A fleet for the pages: 1,000 instances, 1M contributions, what they said and what was made of it.

Patterns come through the handlers, as messages bring them; the rest, which pages only list, is
written by PostgreSQL itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.centralcloud.aggregation.services.statistics import statistics_generate
from apps.shared.contracts.payloads.code import CodePatternsLearned
from apps.shared.knowledge_cache.services.refreshing import views_refresh
from apps.shared.nats_bridge.received import Received
from benchmarks.simulated_fleet import Fleet

BATCH = 20
REST = 40
"""Contributions of each instance that are no code patterns: frameworks and architecture."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made."""

    instances: int = 1_000
    contributions: int = 1_000_000
    aggregates: int = 200
    messages: int = 200_000
    jobs: int = 20_000

    @property
    def patterns(self) -> int:
        """Code patterns of an instance."""
        return self.contributions // self.instances - REST


_MEMBERS = """
    INSERT INTO fleet_instance (name, state, note, enrolled_at, heard_at, told_at, started_at,
        version, mode, jobs, languages, codebases, files, patterns, frameworks, queued, lag_seconds)
    SELECT 'instance-' || i, CASE WHEN i % 50 = 7 THEN 'revoked' ELSE 'enrolled' END, '',
        now() - interval '90 days', heard, heard, now() - interval '9 days', '0.1.0',
        CASE WHEN i % 9 = 4 THEN 'read-only' ELSE 'read-write' END,
        CASE WHEN i % 4 = 1 THEN '[{{"kind": "mine", "done": 30, "total": 120, "unit": "files",
            "elapsed_seconds": 5.0}}]'::jsonb ELSE '[]' END,
        '["python", "go", "java"]', 1, 1000 + i, {patterns}, 20, i % 40, i % 30
    FROM generate_series(0, {instances} - 1) i,
        LATERAL (SELECT now() - i % 11 * i % 13 * interval '5 seconds' AS heard) said;
"""
_FACTS = """
    INSERT INTO aggregation_contribution (subject, instance, codebase, key, revision, withdrawn,
        kind, language, name, occurrences, files, details, first_seen_at)
    SELECT subject, 'instance-' || i, lpad(to_hex(i), 32, '0'), key, 1, false, kind, '', name,
        1 + (i + n) % 30, 1 + n % 9, '{{}}', now() - n * interval '2 days'
    FROM generate_series(0, {instances} - 1) i, generate_series(1, {rest}) n,
        LATERAL (SELECT CASE WHEN n % 4 = 0 THEN 'architecture' ELSE 'framework' END AS subject,
            (n * 7 + i * n % 60)::text AS which) drawn,
        LATERAL (SELECT CASE WHEN n % 4 = 0 THEN 'layered:' || which
                ELSE 'pkg:pypi/framework-' || which END AS key,
            CASE WHEN n % 4 = 0 THEN 'layers' ELSE 'web' END AS kind,
            CASE WHEN n % 4 = 0 THEN 'layers of ' || which
                ELSE 'Framework ' || which END AS name) named
    ON CONFLICT DO NOTHING;
    INSERT INTO aggregation_dirtymember (population, instance)
    SELECT 'any', 'instance-' || i FROM generate_series(0, {instances} - 1) i;
    INSERT INTO aggregation_instancestatistics (instance, revision, report, reported_at)
    SELECT 'instance-' || i, 1, jsonb_build_object('revision', 1, 'codebases', 1, 'files', 900,
        'chunks', 9000, 'vectors', 9000, 'languages', (
            SELECT jsonb_agg(jsonb_build_object('language', l, 'files', 100 + i % 90,
                'chunks', 1000, 'lines', 90000))
            FROM unnest((ARRAY['python', 'go', 'java', 'rust', 'typescript', 'ruby', 'c', 'php'])
                [1 + i % 4:4 + i % 5]) l),
        'reported_at', now()), now()
    FROM generate_series(0, {instances} - 1) i
"""
_MODELS = """
    INSERT INTO averaging_modelfamily (key, kind, scope, architecture, tokenizer, base_digest,
        shapes, major, created_at)
    SELECT 't5-' || f, 't5', 'language-' || f, '', '', '', '{{}}', 1, now()
    FROM generate_series(1, 10) f;
    INSERT INTO averaging_aggregatemodel (id, family_id, version, number, state, artifact, size,
        tokenizer, base_id, contributors, metrics, revision, reason, created_at)
    SELECT a, 't5-' || 1 + a % 10, 'v1.' || a, 1 + a / 10, 'promoted', md5(a::text), 9000000, '',
        CASE WHEN a > 10 THEN a - 10 END, 20, jsonb_build_object('bits_per_byte', 4 - a * .005), a,
        '', now() - ({aggregates} - a) * interval '1 hour'
    FROM generate_series(1, {aggregates}) a;
    INSERT INTO averaging_round (id, family_id, number, state, asks, base_id, codec, aggregator,
        options, quorum, opened_at, closes_at, closed_at, aggregate_id, artifact, size, error,
        revision)
    SELECT gen_random_uuid(), 't5-' || 1 + a % 10, 1 + a / 10, 'closed', 'weights',
        CASE WHEN a > 10 THEN a - 10 END, 'fp32', 'weighted_mean', '{{}}', 20,
        now() - ({aggregates} - a + 1) * interval '1 hour',
        now() - ({aggregates} - a) * interval '1 hour', now() - ({aggregates} - a) * interval
        '1 hour', a, '', 0, '', 0
    FROM generate_series(1, {aggregates}) a;
    INSERT INTO averaging_evaluation (aggregate_id, instance, metric, value, local, personalised,
        former, examples, served, adopted, reason, revision, evaluated_at)
    SELECT a, 'instance-' || i, 'bits_per_byte', 3 + (i + a) % 90 * .01, 3.5, 3.2, 3.6, 1000,
        'aggregate', (i + a) % 90 < 50, '', 1, now() - ({aggregates} - a) * interval '1 hour'
    FROM generate_series(1, {aggregates}) a, generate_series(0, {instances} - 1, 10) i
"""
_TRAFFIC = """
    INSERT INTO nats_bridge_inboxmessage (receiver, event_id, source, subject, received_at)
    SELECT 'centralcloud', 'event-' || n, '/instances/instance-' || n % {instances},
        'intelligence.code.pattern.learned', now() - n * interval '60 milliseconds'
    FROM generate_series(1, {messages}) n;
    INSERT INTO nats_bridge_deadletter (receiver, reason, detail, subject, event_id, source,
        headers, data, size, stream, sequence, stored_at, set_aside_at, attempts)
    SELECT 'centralcloud', 'signature', 'signed by nobody', 'intelligence.code.pattern.learned',
        'dead-' || n, '/instances/instance-' || n, '{{}}', '', 0, 'INTELLIGENCE', n, now(),
        now() - n * interval '1 minute', 1
    FROM generate_series(1, 5000) n;
    INSERT INTO core_job (instance, kind, key, label, origin, state, config, progress, result,
        error, attempt, host, created_at, started_at, heartbeat_at, finished_at)
    SELECT '{site}', 'aggregate', 'schedule', 'aggregate', 'worker',
        CASE WHEN n % 400 = 3 THEN 'failed' ELSE 'succeeded' END, '{{}}', '{{}}', '{{}}',
        CASE WHEN n % 400 = 3 THEN 'the database was away' ELSE '' END, 1, '', at, at, at, at
    FROM generate_series(1, {jobs}) n,
        LATERAL (SELECT now() - n * interval '3 minutes' AS at) times
"""


def fleet_make(size: Size) -> dict[str, int]:
    """Fill an empty Centralcloud, add up, refresh its views; returns rows of the largest tables."""
    from django.conf import settings

    given = {
        **{name: getattr(size, name) for name in ("instances", "aggregates", "messages", "jobs")},
        "patterns": size.patterns,
        "rest": REST,
        "site": settings.INSTANCE_ID,
    }
    _execute(_MEMBERS.format(**given))
    for batch in _told(size):
        handlers.code_patterns(batch)
    for statement in (_FACTS, _MODELS, _TRAFFIC, "ANALYZE"):
        _execute(statement.format(**given))
    facts_aggregate(full=True)
    statistics_generate()
    views_refresh()
    _execute("ANALYZE")
    tables = ("aggregation_contribution", "aggregation_globalfact", "nats_bridge_inboxmessage")
    return {table: _count(table) for table in tables}


def _told(size: Size) -> Iterator[list[Received[CodePatternsLearned]]]:
    now, fleet = datetime.now(UTC), Fleet(size.instances, size.patterns)

    def received(number: int) -> Received[CodePatternsLearned]:
        given: dict[str, Any] = {"told_at": now, "stored_at": now, "size": 0}
        return Received(
            event_id=str(number),
            subject="intelligence.code.pattern.learned",
            instance=fleet.name(number),
            payload=fleet.learned(number, revision=1),
            **given,
        )

    for start in range(0, size.instances, BATCH):
        yield [received(number) for number in range(start, start + BATCH)]


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])
