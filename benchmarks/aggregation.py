"""What the hourly adding up costs, and what it takes for contributions to come in.

1,000 instances of 500 patterns; then 1 % of them change. Beside it: the plain GROUP BY of the same
rows, and COPY with a plain upsert of the same rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.database import cloud_site
from benchmarks.report import median, peak_memory_mb, show

INSTANCES, PATTERNS, BATCH, ROUNDS = 1_000, 500, 20, 3
RAW = """
    CREATE TABLE raw_contribution (LIKE aggregation_contribution INCLUDING ALL)
"""
RAW_UPSERT = """
    INSERT INTO raw_contribution (subject, instance, codebase, key, revision, withdrawn, kind,
        language, name, occurrences, files, details, first_seen_at)
    SELECT 'pattern', m.instance, m.codebase, f.key, m.revision, false, f.kind, f.language, f.name,
        f.occurrences, f.files, '{}', f.first_seen_at
    FROM aggregation_staged_fact f JOIN aggregation_staged_message m USING (message)
    ON CONFLICT (instance, codebase, subject, key) DO UPDATE
    SET revision = excluded.revision, name = excluded.name, occurrences = excluded.occurrences,
        files = excluded.files
"""
GROUP_BY = """
    SELECT count(*) FROM (
        SELECT subject, key, count(DISTINCT instance), count(*), sum(occurrences), sum(files),
            min(first_seen_at)
        FROM aggregation_contribution WHERE NOT withdrawn GROUP BY subject, key
    ) facts
"""


def main() -> None:
    """Measure and print."""
    with cloud_site():
        rates = _filled()
        first = _timed(_aggregate)
        full = [_timed(lambda: _aggregate(full=True)) for _ in range(ROUNDS)]
        grouped = [_timed(_group_by) for _ in range(ROUNDS)]
        idle = [_timed(_aggregate) for _ in range(ROUNDS)]
        scattered = [_changed(_scattered(turn)) for turn in range(ROUNDS)]
        whole = [_changed(_whole(turn)) for turn in range(ROUNDS)]
        base = median(full)
        show(
            "aggregation",
            {
                "contributions": INSTANCES * PATTERNS,
                "facts": _count("aggregation_globalfact"),
                "COPY + plain upsert, patterns/s": median(rates["raw"]),
                "taken in, patterns/s": median(rates["handler"]),
                "taken in / COPY + plain upsert": median(rates["handler"]) / median(rates["raw"]),
                "GROUP BY alone, s": median(grouped),
                "first run, every fact written, s": first,
                "full run, s": base,
                "full run / GROUP BY": base / median(grouped),
                "nothing changed, s": median(idle),
                "1 %: 10 instances anew, s": median(whole),
                "1 %: 10 instances anew / full run (goal .05)": median(whole) / base,
                "1 %: 5 patterns of each instance, s": median(scattered),
                "1 %: 5 patterns of each instance / full run (goal .05)": median(scattered) / base,
                "this process, peak MiB (goal 512)": peak_memory_mb()[0],
                "its PostgreSQL process, peak MiB, shared buffers with it": _server_peak_mb(),
            },
        )


def _filled() -> dict[str, list[float]]:
    """Take everything in, in turns by the handler and by a plain upsert; patterns a second."""
    from django.db import connection, transaction
    from django.utils import timezone

    from apps.centralcloud.aggregation import handlers
    from apps.centralcloud.aggregation.engine.rows import Told, pattern_rows
    from apps.centralcloud.aggregation.services import contributing, contributing_sql
    from apps.centralcloud.fleet.models import Instance

    Instance.objects.bulk_create(
        Instance(name=_fleet().name(number), enrolled_at=timezone.now())
        for number in range(INSTANCES)
    )
    with connection.cursor() as cursor:
        cursor.execute(RAW)

    def raw(batch: Sequence[Any]) -> None:
        told = [Told(one.instance, one.payload, one.stored_at) for one in batch]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(contributing_sql.STAGE)
            contributing.stage([(one, pattern_rows(one, one.state)) for one in told])
            cursor.execute(RAW_UPSERT)

    rates: dict[str, list[float]] = {"raw": [], "handler": []}
    for batch in _batches(range(INSTANCES), revision=1):
        rates["raw"].append(len(batch) * PATTERNS / _timed(lambda batch=batch: raw(batch)))
        seconds = _timed(lambda batch=batch: handlers.code_patterns(batch))
        rates["handler"].append(len(batch) * PATTERNS / seconds)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE raw_contribution")
        cursor.execute("ANALYZE")
    return rates


def _changed(batches: Iterator[list[Any]]) -> float:
    """Seconds to add up what these messages changed."""
    from apps.centralcloud.aggregation import handlers

    for batch in batches:
        handlers.code_patterns(batch)
    return _timed(_aggregate)


def _whole(turn: int) -> Iterator[list[Any]]:
    """All patterns of 10 instances."""
    numbers = range(turn * 10, turn * 10 + INSTANCES // 100)
    return _batches(numbers, revision=10 + turn, more=turn + 1)


def _scattered(turn: int) -> Iterator[list[Any]]:
    """5 patterns of each instance."""
    changed = slice(turn, None, 100)
    return _batches(range(INSTANCES), revision=100 + turn, more=turn + 1, changed=changed)


def _batches(numbers: range, **options: Any) -> Iterator[list[Any]]:
    from apps.shared.nats_bridge.received import Received

    now = datetime.now(UTC)
    for start in range(0, len(numbers), BATCH):
        yield [
            Received(
                event_id=f"{number}",
                subject="intelligence.code.pattern.learned",
                instance=_fleet().name(number),
                payload=_fleet().learned(number, **options),
                told_at=now,
                stored_at=now,
                size=0,
            )
            for number in numbers[start : start + BATCH]
        ]


def _fleet() -> Any:
    from benchmarks.simulated_fleet import Fleet

    return Fleet(INSTANCES, PATTERNS)


def _aggregate(*, full: bool = False) -> None:
    from apps.centralcloud.aggregation.services.adding_up import facts_aggregate

    facts_aggregate(full=full)


def _group_by() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(GROUP_BY)


def _count(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def _server_peak_mb() -> float:
    """Peak resident memory of this connection's server process, in MiB."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        status = Path(f"/proc/{cursor.fetchone()[0]}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
