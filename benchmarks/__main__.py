"""`make bench`: run the benchmarks one after another, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = (
    "chunking",
    "ingest",
    "memory",
    "reingest",
    "secrets_recall",
    "embedding",
    "vector_store",
    "search_latency",
    "search_quality",
    "encoder",
    "mining",
    "architecture_quality",
    "planted_rules",
    "planted_idioms",
    "framework_quality",
    "insights",
    "aggregation",
    "federation",
    "package_sync",
    "package_questions",
    "advisories",
    "knowledge_cache",
    "pages",
    "artifacts",
    "vocabulary",
    "surprise",
    "training",
    "averaging",
    "learning.together",
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; the number of those that failed."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    failed = 0
    for name in names or BENCHMARKS:
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        failed += subprocess.run(command, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
