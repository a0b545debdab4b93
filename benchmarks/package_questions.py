"""Questions about packages over 1M versions and 20M dependencies, beside their bare SQL.

The first figure is the raw limit of any question: one row by its key. Questions are asked as
instances ask them, with the popular packages more often; ``hot`` is the package that most need.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.database import cloud_site
from benchmarks.report import percentile, show

ROUNDS = 60
SEED = 7
Ask = Callable[[], object]


def main() -> None:
    """Make the world, ask, drop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="askings of each question")
    options = parser.parse_args()
    with cloud_site():
        from benchmarks.package_world import Size, world_make

        began = time.perf_counter()
        rows = world_make(Size())
        show("a world of packages", {**rows, "seconds": time.perf_counter() - began})
        measure(options.rounds)


def measure(rounds: int) -> None:
    """Ask every question and print its milliseconds."""
    for name, ask in questions().items():
        taken = sorted(_timed(ask) for _ in range(rounds))
        figures = {"p50 ms": percentile(taken, 0.5), "p95 ms": percentile(taken, 0.95)}
        show(name, figures)


def questions() -> dict[str, Ask]:
    """Each question by its name, drawn anew at every asking."""
    from apps.centralcloud.package_sync import questions as asked
    from apps.centralcloud.package_sync.models import Package
    from apps.centralcloud.package_sync.selectors.alternatives import alternatives_told
    from apps.centralcloud.package_sync.selectors.answering import packages_answer
    from apps.centralcloud.package_sync.selectors.listing import licences_used
    from apps.centralcloud.package_sync.selectors.wanted import Wanted
    from apps.shared.contracts.payloads.queries import PackagesQuery

    draw = random.Random(SEED)
    names = list(Package.objects.order_by("pk").values_list("pk", "purl", "name"))
    popular = [row for row in names if row[0] % 3]

    def package() -> tuple[int, str, str]:
        return popular[int(len(popular) * draw.random() ** 3)]

    def instance() -> str:
        return f"i-{draw.randint(1, 1_000)}"

    def ask(**fields: Any) -> object:
        return asked.packages(PackagesQuery(**fields), instance=instance())

    def staff(**fields: Any) -> object:
        return packages_answer(Wanted(**fields), limit=50)

    def instead() -> object:
        return alternatives_told(Package.objects.get(pk=package()[0]), instance=instance())

    def word() -> str:
        return package()[2].split("-")[0]

    return {
        "raw: a row by its key": lambda: _sql("SELECT * FROM package_sync_package WHERE id = %s",
                                              package()[0]),
        "raw: words, ordered, 50": lambda: _sql(_WORDS, f"{word()}:*"),
        "raw: versions in use that need one": lambda: _sql(_NEEDING, package()[0]),
        "a word": lambda: ask(words=word()),
        "three letters": lambda: ask(words=word()[:3]),
        "two words": lambda: ask(words=" ".join(package()[2].split("-")[:2])),
        "an ecosystem": lambda: ask(ecosystem="npm"),
        "what uses a language": lambda: ask(implemented_in="rust"),
        "a licence": lambda: ask(licence="MIT"),
        "what an instance has": lambda: ask(mine=True),
        "what is vulnerable there": lambda: ask(vulnerable=True),
        "what is outdated there": lambda: ask(outdated=True),
        "what is deprecated there": lambda: ask(deprecated=True),
        "what is vulnerable in the fleet": lambda: staff(vulnerable=True),
        "what is outdated in the fleet": lambda: staff(outdated=True),
        "one in detail": lambda: ask(package=package()[1]),
        "one in detail, hot": lambda: ask(package=names[0][1]),
        "alternatives": instead,
        "licences in use": licences_used,
    }  # fmt: skip


_WORDS = """
    SELECT id FROM package_sync_package WHERE words @@ to_tsquery('simple', %s)
    ORDER BY instances DESC, id LIMIT 50
"""
_NEEDING = """
    SELECT DISTINCT d.version_id FROM package_sync_dependency d
    JOIN package_sync_usedversion h ON h.version_id = d.version_id WHERE d.target_id = %s
"""


def _sql(statement: str, value: object) -> Sequence[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
        return cursor.fetchall()


def _timed(ask: Ask) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    main()
