"""One file of 5,000 changed: the time of an ingest beside 5,000 stats."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.database import instance_site
from benchmarks.report import median, percentile, show

FILES = 5_000
ROUNDS = 9


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, instance_site():
        from apps.singularity.ingestion.services import codebase_ingest, codebase_open

        root = Path(folder)
        paths = [root / f"p{n % 50}" / f"q{n % 7}" / f"m{n}.py" for n in range(FILES)]
        for number, path in enumerate(paths):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                f"def f{number}(a):\n    '''Add {number}.'''\n    return a + {number}\n"
            )
        codebase = codebase_open(instance="bench", path=root, name="tree")
        codebase_ingest(codebase=codebase)
        time.sleep(2.5)  # until the clock tells the writes from the reading
        codebase_ingest(codebase=codebase)
        stats, whole = [], []
        for number in range(ROUNDS):
            started = time.perf_counter()
            for path in paths:
                path.stat()
            stats.append(time.perf_counter() - started)
            paths[number].write_text(f"def changed_{number}():\n    return {number}\n")
            started = time.perf_counter()
            report = codebase_ingest(codebase=codebase)
            whole.append(time.perf_counter() - started)
            if report.changed != 1:
                raise AssertionError(f"{report.changed} files were read, not 1")
        show(
            "re-ingest, 1 of 5,000 files changed",
            {
                "stat of 5,000 files, s": median(stats),
                "ingest, median s (goal .5)": median(whole),
                "ingest, p90 s": percentile(whole, 0.9),
                "ratio to the stats": median(whole) / median(stats),
            },
        )


if __name__ == "__main__":
    main()
