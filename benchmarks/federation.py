"""From an instance's outbox to Centralcloud's table: throughput, and latency when idle.

Real nats-server, PostgreSQL and bridge processes of both sites. Beside it, in the same run: the
same messages by nats-py's ``publish_async`` alone, and the same rows by COPY and upsert alone.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import psutil

from benchmarks.database import instance_site
from benchmarks.report import median, percentile, show

INSTANCE = "bench"
MESSAGES, PATTERNS, ROUNDS = 200, 500, 3
LATENCIES, PAUSE_SECONDS, POLL_SECONDS = 100, 0.1, 0.002
PATIENCE_SECONDS = 120.0
SUBJECT = "intelligence.code.pattern.learned"
CONNECTED = "SELECT count(*) FROM nats_bridge_bridgestate WHERE connected"
UPSERT = """
    INSERT INTO raw_contribution (subject, instance, codebase, key, revision, withdrawn, kind,
        language, name, occurrences, files, details, first_seen_at)
    SELECT 'pattern', m.instance, m.codebase, f.key, m.revision, false, f.kind, f.language, f.name,
        f.occurrences, f.files, '{}', f.first_seen_at
    FROM aggregation_staged_fact f JOIN aggregation_staged_message m USING (message)
    ON CONFLICT (instance, codebase, subject, key) DO UPDATE
    SET revision = excluded.revision, name = excluded.name, occurrences = excluded.occurrences,
        files = excluded.files
"""


def main() -> None:
    """Measure and print."""
    with instance_site(INSTANCE):
        _manage("centralcloud", "migrate", "--verbosity", "0")
        _manage("centralcloud", "instance_enroll", INSTANCE, "--write-seed")
        figures: dict[str, list[float]] = {"publish": [], "upsert": [], "through": []}
        work: Counter[str] = Counter()
        with _cloud() as cloud, _bridges(cloud) as bridges:
            for turn in range(ROUNDS):
                payloads = _payloads(revision=1_000 + turn, first=turn * MESSAGES)
                rows = MESSAGES * PATTERNS
                figures["publish"].append(rows / _publish_alone(payloads))
                before = _processor_seconds(cloud, bridges)
                figures["upsert"].append(rows / _upsert_alone(cloud, payloads))
                between = _processor_seconds(cloud, bridges)
                figures["through"].append(rows / _through(cloud, payloads))
                after = _processor_seconds(cloud, bridges)
                for name, seconds in after.items():
                    work[f"upsert {name}"] += between.get(name, 0) - before.get(name, 0)
                    work[f"through {name}"] += seconds - between.get(name, 0)
            waits = [_latency(cloud, number) for number in range(LATENCIES)]
        a_pattern = 1e6 / (ROUNDS * MESSAGES * PATTERNS)
        alone = a_pattern * (work["upsert this process"] + work["upsert PostgreSQL"])
        through, upsert = median(figures["through"]), median(figures["upsert"])
        show(
            "federation",
            {
                "patterns a round": MESSAGES * PATTERNS,
                "publish_async alone, patterns/s": median(figures["publish"]),
                "COPY + upsert alone, patterns/s": upsert,
                "outbox row to Centralcloud's table, patterns/s (goal 35,000)": through,
                "of COPY + upsert alone (goal .5)": through / upsert,
                "processor time of COPY + upsert alone, us a pattern": alone,
                "  of the instance's bridge": a_pattern * work["through singularity"],
                "  of Centralcloud's bridge": a_pattern * work["through centralcloud"],
                "  of PostgreSQL for both": a_pattern * work["through PostgreSQL"],
                "idle, commit to visible, p50 s": median(waits),
                "idle, commit to visible, p95 s (goal 1)": percentile(waits, 0.95),
            },
        )


def _payloads(*, revision: int, first: int, count: int = MESSAGES) -> list[Any]:
    from benchmarks.simulated_fleet import Fleet

    fleet = Fleet(MESSAGES, PATTERNS)
    return [fleet.learned(first + number, revision=revision) for number in range(count)]


def _through(cloud: Any, payloads: Sequence[Any]) -> float:
    """Seconds from the commit of the outbox rows until all have been applied."""
    from django.db import transaction

    from apps.shared.nats_bridge.services.outbox import outbox_put

    before = _applied(cloud)
    with transaction.atomic():
        for payload in payloads:
            outbox_put(payload=payload, order_key=payload.codebase)
    started = time.perf_counter()
    _until(lambda: _applied(cloud) >= before + len(payloads), every=0.02)
    return time.perf_counter() - started


def _latency(cloud: Any, number: int) -> float:
    """Seconds from the commit of one small message until its pattern is in the table."""
    from apps.shared.nats_bridge.services.outbox import outbox_put

    (payload,) = _payloads(revision=10_000 + number, first=0, count=1)
    small = payload.model_copy(update={"patterns": payload.patterns[:1]})
    time.sleep(PAUSE_SECONDS)
    outbox_put(payload=small, order_key=small.codebase)
    started = time.perf_counter()

    def visible() -> bool:
        found = cloud.execute(
            "SELECT revision FROM aggregation_contribution WHERE instance = %s AND codebase = %s"
            " AND subject = 'pattern' AND key = %s",
            [INSTANCE, small.codebase, small.patterns[0].signature],
        ).fetchone()
        return bool(found and found[0] == small.revision)

    _until(visible, every=POLL_SECONDS)
    return time.perf_counter() - started


def _publish_alone(payloads: Sequence[Any]) -> float:
    """Seconds for the same bytes into a stream of their own."""
    data = [payload.model_dump_json(exclude_defaults=True).encode() for payload in payloads]
    return asyncio.run(_published(data))


async def _published(data: Sequence[bytes]) -> float:
    from django.conf import settings

    from apps.shared.contracts.nkeys import NKey
    from apps.shared.core.identity import Identity
    from apps.shared.nats_bridge.connection import connected

    key = Identity("centralcloud", "", "", settings.KEYS_DIR).key
    assert isinstance(key, NKey)
    async with connected(key=key) as client:
        jetstream = client.jetstream()
        await jetstream.add_stream(name="BENCH", subjects=["bench.alone"])
        started = time.perf_counter()
        acknowledged = [await jetstream.publish_async("bench.alone", one) for one in data]
        await asyncio.gather(*acknowledged)
        seconds = time.perf_counter() - started
        await jetstream.delete_stream("BENCH")
    return seconds


def _upsert_alone(cloud: Any, payloads: Sequence[Any]) -> float:
    """Seconds for the same rows by COPY and an upsert, in batches of about the bridge's size."""
    from datetime import UTC, datetime

    from apps.centralcloud.aggregation.engine.rows import COLUMNS, Told, pattern_rows
    from apps.centralcloud.aggregation.services import contributing_sql as sql

    now, batch = datetime.now(UTC), 20
    cloud.execute("DROP TABLE IF EXISTS raw_contribution")
    cloud.execute("CREATE TABLE raw_contribution (LIKE aggregation_contribution INCLUDING ALL)")
    started = time.perf_counter()
    for start in range(0, len(payloads), batch):
        told = [Told(INSTANCE, one, now) for one in payloads[start : start + batch]]
        with cloud.transaction(), cloud.cursor() as cursor:
            cursor.execute(sql.STAGE)
            with cursor.copy(sql.COPY_MESSAGES) as copy:
                copy.set_types(["int4", "text", "text", "int8", "int8"])
                for number, one in enumerate(told):
                    copy.write_row(
                        (number, one.instance, one.state.codebase, one.state.revision, 0)
                    )
            with cursor.copy(sql.COPY_FACTS) as copy:
                copy.set_types(["int4", *(kind for _, kind in COLUMNS)])
                for number, one in enumerate(told):
                    for row in pattern_rows(one, one.state):
                        copy.write_row((number, *row))
            cursor.execute(UPSERT)
    return time.perf_counter() - started


def _processor_seconds(
    cloud: Any, bridges: Mapping[str, subprocess.Popen[bytes]]
) -> dict[str, float]:
    """What each has used so far: other work on the machine does not change it."""
    backends = cloud.execute("SELECT pid FROM pg_stat_activity").fetchall()
    used = {name: _used(process.pid) for name, process in bridges.items()}
    return used | {
        "this process": _used(os.getpid()),
        "PostgreSQL": sum(_used(pid) for (pid,) in backends),
    }


def _used(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _applied(cloud: Any) -> int:
    found = cloud.execute(
        "SELECT count(*) FROM nats_bridge_inboxmessage WHERE subject = %s", [SUBJECT]
    )
    return int(found.fetchone()[0])


@contextmanager
def _cloud() -> Iterator[Any]:
    """A connection to Centralcloud's database, each statement its own transaction."""
    import psycopg
    from django.db import connection

    parameters = connection.get_connection_params()
    reached = {name: parameters[name] for name in ("host", "port", "user")}
    with psycopg.connect(**reached, dbname="centralcloud", autocommit=True) as cloud:
        yield cloud


@contextmanager
def _bridges(cloud: Any) -> Iterator[Mapping[str, subprocess.Popen[bytes]]]:
    """The bridge processes of both sites, until both are connected."""
    from apps.shared.nats_bridge.models import BridgeState

    processes = {}
    with ExitStack() as stack:
        for site in ("centralcloud", "singularity"):
            processes[site] = process = subprocess.Popen(
                [sys.executable, "manage.py", "nats_bridge"],
                env=_environment(site),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            if site == "centralcloud":
                _until(lambda: cloud.execute(CONNECTED).fetchone()[0] > 0)
            else:
                _until(lambda: BridgeState.objects.filter(connected=True).exists())
        yield processes


def _manage(site: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=_environment(site),
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _environment(site: str) -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": f"{site}_site.settings"}


def _until(true: Callable[[], bool], *, every: float = 0.1) -> None:
    end = time.perf_counter() + PATIENCE_SECONDS
    while not true():
        if time.perf_counter() > end:
            sys.exit(f"it took more than {PATIENCE_SECONDS:.0f} s")
        time.sleep(every)


if __name__ == "__main__":
    main()
