"""A cached answer near, kept and worked out, beside a bare GET and a bare row of PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.database import cloud_site
from benchmarks.report import median, percentile, show

ROUNDS = 300
MADE_ROUNDS = 20
FACTS, INSTANCES = 20_000, 200
_FACTS = """
    INSERT INTO aggregation_contribution
        (subject, instance, codebase, key, revision, withdrawn, kind, language, name, occurrences,
         files, details, first_seen_at)
    SELECT 'pattern', 'instance-' || i, md5(i::text), 'idiom-1-' || md5(f::text), 1, false, 'idiom',
        (ARRAY['python', 'javascript', 'rust'])[1 + f %% 3], 'f($A)', 1 + f %% 9, 1, '{}', now()
    FROM generate_series(1, %s) AS f, generate_series(1, %s) AS i WHERE (f + i) %% 10 = 0
"""


def main() -> None:
    """Measure and print."""
    with cloud_site():
        import redis
        from django.conf import settings
        from django.db import connection

        from apps.shared.core.embedded.servers import servers_of
        from apps.shared.knowledge_cache.models import Entry
        from apps.shared.knowledge_cache.services.answering import answer_cached
        from apps.shared.knowledge_cache.services.refreshing import views_refresh

        servers = servers_of(settings.STATE_DIR)
        servers.ensure_valkey()
        with connection.cursor() as cursor:
            cursor.execute(_FACTS, [FACTS, INSTANCES])
        started = time.perf_counter()
        views_refresh()
        refreshed = time.perf_counter() - started
        question = {"facet": "kind", "after": ""}

        def ask(wanted: str) -> Callable[[], None]:
            def once() -> None:
                hit = answer_cached(kind="fleet_matrix", question=question).hit
                if hit != wanted:
                    raise AssertionError(f"found {hit}, not {wanted}")

            return once

        client = redis.Redis.from_url(settings.REDIS_URL)

        def row() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT value FROM knowledge_cache_entry WHERE id = %s", [key])
                cursor.fetchone()

        made = _timed(ask("made"), MADE_ROUNDS, before=lambda: _emptied(client))
        key = Entry.objects.get().pk
        kept = _timed(ask("kept"), ROUNDS, before=client.flushall)
        near_by = _timed(ask("near"), ROUNDS)
        client.set("bench", b"x" * Entry.objects.get().bytes)
        bare = _timed(lambda: client.get("bench"), ROUNDS)
        bare_row = _timed(row, ROUNDS)
        servers.valkey.stop()
        away = _timed(ask("kept"), ROUNDS)
        show(
            "cached answers: the fleet's matrix by kinds of patterns",
            {
                "facts told": FACTS * INSTANCES // 10,
                "refreshing four views, s": refreshed,
                "bytes of the answer": Entry.objects.get().bytes,
                **_rows("bare GET", bare),
                **_rows("near", near_by),
                **_rows("bare row by its key", bare_row),
                **_rows("kept", kept),
                **_rows("kept, Valkey stopped", away),
                **_rows("made, from the view", made),
                "near, of a bare GET": median(near_by) / median(bare),
                "gain of near over made": median(made) / median(near_by),
                "gain of kept over made": median(made) / median(kept),
            },
        )


def _emptied(client: object) -> None:
    from apps.shared.knowledge_cache.models import Entry

    client.flushall()  # type: ignore[attr-defined]
    Entry.objects.all().delete()


def _timed(
    work: Callable[[], object], rounds: int, before: Callable[[], object] = int
) -> list[float]:
    """Milliseconds of each round."""
    took = []
    for _ in range(rounds):
        before()
        started = time.perf_counter()
        work()
        took.append((time.perf_counter() - started) * 1000)
    return took


def _rows(name: str, took: list[float]) -> dict[str, float]:
    return {f"{name}, p50 ms": median(took), f"{name}, p95 ms": percentile(took, 0.95)}


if __name__ == "__main__":
    main()
