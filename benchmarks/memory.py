"""Peak memory of `manage.py ingest` while the code base grows: it must not grow along."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.database import instance_site
from benchmarks.report import show

COPIES = (1, 4)


def peak(root: Path) -> tuple[float, float]:
    """Peak resident MiB of the command itself and of it with its workers, sampled."""
    command = [sys.executable, "manage.py", "ingest", str(root), "--vectors", "later"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    own = everything = 0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            main = watched.memory_info().rss
            workers = sum(child.memory_info().rss for child in watched.children(recursive=True))
        except psutil.Error:
            continue
        own, everything = max(own, main), max(everything, main + workers)
        time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(f"the ingest of {root} failed")
    return own / 2**20, everything / 2**20


def main() -> None:
    """Measure and print."""
    import django

    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, instance_site():
        os.environ["INSTANCE_ID"] = "bench"
        ignored = shutil.ignore_patterns("__pycache__", "locale")
        for copies in COPIES:
            root = Path(folder) / f"copies-{copies}"
            for number in range(copies):
                target = root / f"django-{number}"
                shutil.copytree(Path(django.__file__).parent, target, ignore=ignored)
            own, everything = peak(root)
            figures[f"Django x {copies}, the command, MiB"] = own
            figures[f"Django x {copies}, with its workers, MiB"] = everything
    grown = figures[f"Django x {COPIES[1]}, the command, MiB"]
    figures["growth of the command"] = grown / figures[f"Django x {COPIES[0]}, the command, MiB"]
    show("memory of an ingest", figures)


if __name__ == "__main__":
    main()
