"""Syncing packages: our fetching, reading and storing beside plain httpx of the same documents.

The registries are in a process of their own on the loopback interface, so nothing is waited for but
work: over a real network each figure is bound by the time that an answer takes. All run with as
many threads as a sync has.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import httpx

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.places import Place, places
from apps.centralcloud.package_sync.engine.registries import registries
from benchmarks.database import cloud_site
from benchmarks.package_documents import PACKAGES, SEEN
from benchmarks.report import median, show

ECOSYSTEMS = ("npm", "pypi")
THREADS = 8
"""Those that a sync has for two registries."""
ROUNDS = 5
Named = Sequence[tuple[str, str]]


def main() -> None:
    """Measure and print."""
    named = [(kind, f"package-{number}") for kind in ECOSYSTEMS for number in range(PACKAGES)]
    with _registries() as url:
        _configure(url)
        figures = _fetching(url, named)
        figures |= _storing(url, named, figures["plain httpx, s"])
    show("package_sync", {"packages": len(named), "threads": THREADS, **figures})


def _fetching(url: str, named: Named) -> dict[str, Any]:
    """Fetching alone, and with reading, against plain fetches; medians of the rounds."""
    with TemporaryDirectory() as folder, Fetcher(Path(folder)) as fetcher:
        _read(fetcher, named)
    paths = [path for path, _ in _seen(url)]
    seconds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, took in _round(url, named, paths).items():
            seconds.setdefault(name, []).append(took)
    found = {f"{name}, s": median(took) for name, took in seconds.items()}
    plain = found["plain httpx, s"]
    return {
        "documents": len(paths),
        **found,
        "fetched first, of plain": plain / found["fetched first, s"],
        "asked again, of plain": plain / found["asked again (304), s"],
        "fetched and read, of plain": plain / found["fetched and read, s"],
    }


def _round(url: str, named: Named, paths: Sequence[str]) -> dict[str, float]:
    """Seconds of each way once, in the same minute."""
    place = Place("npm", url, private=True)
    with httpx.Client() as client:
        plain = _timed(lambda path: client.get(url + path[1:]).content, paths)
    with TemporaryDirectory() as folder, Fetcher(Path(folder)) as fetcher:
        first = _timed(lambda path: fetcher.get(place, path).body, paths)
        again = _timed(lambda path: fetcher.get(place, path).body, paths)
    with TemporaryDirectory() as folder, Fetcher(Path(folder)) as fetcher:
        started = time.perf_counter()
        _read(fetcher, named)
        read = time.perf_counter() - started
    return {
        "plain httpx": plain,
        "fetched first": first,
        "asked again (304)": again,
        "fetched and read": read,
    }


def _storing(url: str, named: Named, plain: float) -> dict[str, Any]:
    """The whole sync into PostgreSQL, twice."""
    with cloud_site():
        from apps.centralcloud.package_sync.services.storing import package_ensure

        purls = [f"pkg:{kind}/{name}" for kind, name in named]
        package_ensure(purls)
        first, _ = _synced(url, purls)
        second, states = _synced(url, purls)
    return {
        "whole sync, s": first.seconds,
        "packages/s": first.count() / first.seconds,
        "whole sync, of plain": plain / first.seconds,
        "bytes of it": first.bytes,
        "second sync, s": second.seconds,
        "second sync, of the first": second.seconds / first.seconds,
        "requests of it": second.requests,
        "answers of it, by status": str(dict(states)),
        "bytes of the second": second.bytes,
    }


def _synced(url: str, purls: Sequence[str]) -> tuple[Any, Counter[int]]:
    """One sync: its report, and how many answers of which status the server sent."""
    from apps.centralcloud.package_sync.services.syncing import packages_sync

    _seen(url)
    report = packages_sync(purls=purls, depth=0)
    return report, Counter(status for _, status in _seen(url))


def _read(fetcher: Fetcher, named: Named) -> None:
    """Records of all packages, as the sync's threads make them."""
    clients = registries(fetcher, places())
    with ThreadPoolExecutor(THREADS) as pool:
        records = list(pool.map(lambda one: clients[one[0]].package(one[1]), named))
    assert all(record is not None and record.versions for record in records)


def _timed(fetch: Callable[[str], bytes], paths: Sequence[str]) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(fetch, paths))
    return time.perf_counter() - started


def _seen(url: str) -> list[tuple[str, int]]:
    """Paths and states that were asked for since the last look."""
    seen = httpx.get(url + SEEN).json()
    return [(path, status) for path, status in seen if SEEN not in path]


@contextmanager
def _registries() -> Iterator[str]:
    """The address of the registries' process."""
    command = [sys.executable, "-m", "benchmarks.package_documents"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def _configure(url: str) -> None:
    """Configure the registries as a user would; nothing but the loopback interface is asked."""
    os.environ["NPM_CONFIG_REGISTRY"] = f"{url}npm/"
    os.environ["PIP_INDEX_URL"] = f"{url}pypi/simple/"
    os.environ["NO_PROXY"] = urlsplit(url).hostname or ""


if __name__ == "__main__":
    main()
