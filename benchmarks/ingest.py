"""Ingest throughput beside its limits: parsing alone, and parsing plus COPY of the same rows.

The corpus is the standard library's and Django's Python code. Throughput is wall time on all
cores, with everything in it: walk, read, scrub, chunk, store, the lexical index and PostgreSQL
itself; the limit is one process that only parses, times the cores used.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
import tempfile
import time
from pathlib import Path

from benchmarks.database import instance_site
from benchmarks.report import median, peak_memory_mb, show

ROUNDS = 3


def corpus(folder: Path) -> Path:
    """A copy of the standard library and Django without what an ingest leaves out."""
    import django

    ignored = shutil.ignore_patterns("site-packages", "__pycache__", "*.so", "*.pyc", "locale")
    shutil.copytree(sysconfig.get_path("stdlib"), folder / "stdlib", ignore=ignored)
    shutil.copytree(Path(django.__file__).parent, folder / "django", ignore=ignored)
    return folder


def parse_only(root: Path) -> tuple[float, int, int]:
    """Seconds that one process needs to parse all Python files, their bytes and number."""
    from tree_sitter_language_pack import get_parser

    parser = get_parser("python")
    texts = [path.read_bytes() for path in root.rglob("*.py") if path.stat().st_size < 2**20]
    started = time.perf_counter()
    for text in texts:
        parser.parse(text)
    return time.perf_counter() - started, sum(map(len, texts)), len(texts)


def copy_only() -> float:
    """Seconds that COPY of the stored chunk rows into an equal table takes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (LIKE ingestion_chunk INCLUDING ALL)")
        cursor.execute("SELECT * FROM ingestion_chunk")
        rows = cursor.fetchall()
        started = time.perf_counter()
        with cursor.copy("COPY copied FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE copied")
    return seconds


def ingest(root: Path, name: str) -> tuple[float, int, int, int]:
    """Seconds of one ingest into an empty code base; bytes, files and chunks of it."""
    from apps.singularity.ingestion.services import codebase_ingest, codebase_open

    codebase = codebase_open(instance="bench", path=root, name=name)
    started = time.perf_counter()
    report = codebase_ingest(codebase=codebase)
    return time.perf_counter() - started, report.bytes, report.read, report.chunks


def main() -> None:
    """Measure and print."""
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder, instance_site():
        root = corpus(Path(folder))
        parsing, limits, files_per_second = [], [], []
        ratios, with_copy = [], []
        copied = 0.0
        for number in range(ROUNDS):
            seconds, size, files = parse_only(root)
            took, read, count, chunks = ingest(root, f"round {number}")
            copied = copied or copy_only()
            parse_rate = size / seconds / 1e6
            rate = read / took / 1e6
            parsing.append(parse_rate)
            limits.append(rate)
            files_per_second.append(count / took)
            ratios.append(rate / cores / parse_rate)
            with_copy.append(rate / cores / (size / (seconds + copied) / 1e6))
        own, children = peak_memory_mb()
        show(
            "ingest",
            {
                "parse only, one core, MB/s": median(parsing),
                "parse only, files/s": files / seconds,
                "ingest without vectors, MB/s": median(limits),
                "ingest without vectors, files/s": median(files_per_second),
                "per core, of parse only (goal .60)": median(ratios),
                "per core, of parse + COPY": median(with_copy),
                "COPY alone, rows/s": chunks / copied,
                "files": count,
                "MB": read / 1e6,
                "chunks": chunks,
                "peak memory, this process, MiB": own,
                "peak memory, largest worker, MiB": children,
            },
        )


if __name__ == "__main__":
    main()
