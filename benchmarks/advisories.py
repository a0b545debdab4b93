"""Importing advisories: a zip file of OSV documents into PostgreSQL, beside reading it alone.

Each figure is of a process of its own, so that its peak of memory is its own too. Reading alone is
what nobody can do without: to unpack each entry and take its JSON apart.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.database import cloud_site
from benchmarks.report import median, show

SIZES = {2_000: 3, 20_000: 1}
"""Documents of a zip file, and how often it is measured."""
PACKAGES = 10_000
"""Names that advisories affect; every tenth is known, with this many versions:"""
VERSIONS = 50
VECTORS = (
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:L/A:N",
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N",
)
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def main() -> None:
    """Measure and print."""
    with TemporaryDirectory() as folder, cloud_site():
        for number, rounds in SIZES.items():
            path = Path(folder) / f"{number}.zip"
            size = _zip(path, number)
            found: dict[str, list[float]] = {}
            for _ in range(rounds):
                for name, value in _round(path).items():
                    found.setdefault(name, []).append(value)
            figures = {name: median(values) for name, values in found.items()}
            rates = {
                f"{name}, of reading alone": figures["read alone, s"] / figures[f"{name}, s"]
                for name in ("first import", "import again", "import of all changed")
            }
            show("advisories", {"documents": number, "MiB": size / 2**20, **figures, **rates})


def _round(path: Path) -> dict[str, float]:
    """Each way once, in the same minutes."""
    changed = path.with_suffix(".changed.zip")
    if not changed.exists():
        _zip(changed, int(path.stem), later=True)
    _prepare()
    figures: dict[str, float] = {}
    for name, way, given in (
        ("read alone", "read", path),
        ("first import", "store", path),
        ("import again", "store", path),
        ("import of all changed", "store", changed),
        ("match", "match", path),
    ):
        seconds, peak = _apart(way, given)
        figures |= {f"{name}, s": seconds, f"{name}, peak MiB": peak}
    figures["documents/s of the first import"] = int(path.stem) / figures["first import, s"]
    return figures


def _apart(way: str, path: Path) -> tuple[float, float]:
    """Seconds and peak MiB of one way in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.advisories", way, str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return found["seconds"], found["peak"]


def _prepare() -> None:
    """No advisories, and packages that some of those to come affect."""
    from django.db import connection

    from apps.centralcloud.package_sync.models import Package, Version

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE package_sync_advisory, package_sync_package CASCADE")
    packages = Package.objects.bulk_create(
        Package(purl=f"pkg:npm/package-{n}", ecosystem="npm", name=f"package-{n}", state="known")
        for n in range(0, PACKAGES, 10)
    )
    Version.objects.bulk_create(
        Version(package=package, version=f"{n}.{place}.0", position=5 * n + place)
        for package in packages
        for n in range(VERSIONS // 5)
        for place in range(5)
    )


def _zip(path: Path, number: int, *, later: bool = False) -> int:
    """Write documents as ecosystems publish them; bytes of their JSON."""
    random, size = Random(1), 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for n in range(number):
            body = json.dumps(_document(n, random, later=later))
            size += len(body)
            archive.writestr(f"GHSA-{n:06}.json", body)
    return size


def _document(n: int, random: Random, *, later: bool) -> dict[str, Any]:
    """About 3 kB, as those of npm and PyPI together have."""
    at = _BEGIN + timedelta(minutes=n)
    words = [f"word{random.randrange(5_000)}" for _ in range(random.randrange(40, 400))]
    return {
        "schema_version": "1.7.0",
        "id": f"GHSA-{n:06}",
        "modified": (at + timedelta(days=later)).isoformat(),
        "published": at.isoformat(),
        "aliases": [f"CVE-2026-{n}"],
        "summary": " ".join(words[:8]) + (", as it is now" if later else ""),
        "details": " ".join(words),
        "severity": [{"type": "CVSS_V3", "score": random.choice(VECTORS)}],
        "references": [{"type": "WEB", "url": f"https://example.org/{n}/{k}"} for k in range(4)],
        "affected": [_affected(random) for _ in range(random.choice((1, 1, 1, 2)))],
    }


def _affected(random: Random) -> dict[str, Any]:
    name, low = f"package-{random.randrange(PACKAGES)}", random.randrange(8)
    events = [{"introduced": f"{low}.0.0"}, {"fixed": f"{low + 1}.{random.randrange(5)}.0"}]
    listed = [f"{low}.{place}.0" for place in range(random.choice((0, 0, 5, 40)))]
    return {
        "package": {"ecosystem": "npm", "name": name},
        "ranges": [{"type": "SEMVER", "events": events}],
        "versions": listed,
    }


# In a process of its own.


def _read(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            json.loads(archive.read(entry))


def _store(path: Path) -> None:
    from apps.centralcloud.package_sync.engine.osv.reading import documents_of_path
    from apps.centralcloud.package_sync.services.advisories import advisories_import

    with documents_of_path(path) as documents:
        advisories_import(documents=(one.document for one in documents), source="npm/all.zip")


def _match(_path: Path) -> None:
    from apps.centralcloud.package_sync.services.advisories import affected_match_all

    assert affected_match_all()


WAYS: dict[str, Callable[[Path], None]] = {"read": _read, "store": _store, "match": _match}


def _measured(way: str, path: Path) -> None:
    """Go one way, and print what it took."""
    import django

    django.setup()
    began = time.perf_counter()
    WAYS[way](path)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "peak": _peak()}))


def _peak() -> float:
    """MiB; what ``getrusage`` says is the parent's where that had more at the fork."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    _measured(sys.argv[1], Path(sys.argv[2])) if sys.argv[1:] else main()
