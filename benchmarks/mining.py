"""Mining beside its limit: reading and mining a code base against parsing it alone.

    python -m benchmarks.mining [--repeats 3]

One core, in this process, without a database: for each package the processor seconds of parsing
all files, of reading them to packed facts (which parses too), and of mining all facts. Then the
growth of the cost with the size of the input, on random sixteenths and quarters of Django and the
standard library together, and the memory that it takes.
"""

from __future__ import annotations

import argparse
import gc
import random
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.singularity.ingestion.engine.languages import grammar_of, language_of
from apps.singularity.patterns.engine.definitions import load_definitions
from apps.singularity.patterns.engine.extract import SourceText, is_read, texts_read
from apps.singularity.patterns.engine.mine import Learned, Surroundings, mine
from apps.singularity.patterns.engine.packing import facts_unpack
from benchmarks.packages import package
from benchmarks.report import median, peak_memory_mb, show

PACKAGES = (
    ("pypi", "django", "5.2.9"),
    ("pypi", "sqlalchemy", "2.0.44"),
    ("pypi", "flask", "3.1.2"),
    ("npm", "three", "0.180.0"),
    ("npm", "typeorm", "0.3.27"),
    ("npm", "express", "5.1.0"),
    ("pypi", "pydantic-core", "2.41.5"),
    ("pypi", "cryptography", "46.0.3"),
)
"""Python; JavaScript and TypeScript; Rust (and Python beside it)."""
LIMIT = 1_048_576
SKIPPED = {"site-packages", "__pycache__", "node_modules", "build", "dist", "vendor"}
SHARES = (16, 4, 1)


@dataclass(frozen=True, slots=True)
class Times:
    """Processor seconds of one core, and what they were spent on."""

    files: int
    size: int
    nodes: int
    packed: int
    parse: float
    read: float
    mine: float
    learned: Learned

    @property
    def ratio(self) -> float:
        """The rate of reading and mining as a share of parsing alone."""
        return self.parse / (self.read + self.mine)


def sources(folder: Path) -> list[SourceText]:
    """The files of a folder that mining reads, in the order of paths."""
    found = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if SKIPPED & set(relative.parts) or not path.is_file() or path.stat().st_size > LIMIT:
            continue
        language = language_of(relative.as_posix())
        if is_read(relative.as_posix(), language):
            text = path.read_bytes().decode(errors="replace")
            found.append(SourceText(relative.as_posix(), language, text))
    return found


def measure(files: Sequence[SourceText], repeats: int) -> Times:
    """The best of the repeats for each side, taken in turn."""
    parse = read = mined = float("inf")
    for _ in range(repeats):
        parse = min(parse, _parse(files))
        started = time.process_time()
        packed = texts_read(files)
        read = min(read, time.process_time() - started)
        gc.collect()
        started = time.process_time()
        learned = _mine(files, packed)
        mined = min(mined, time.process_time() - started)
    size = sum(len(one.text.encode()) for one in files)
    volume = sum(len(one) for one in packed)
    return Times(len(files), size, learned.nodes, volume, parse, read, mined, learned)


def _parse(files: Sequence[SourceText]) -> float:
    texts = [(one.text.encode(), grammar_of(one.language)) for one in files]
    started = time.process_time()
    for source, grammar in texts:
        if grammar is not None:
            grammar.parse(source)
    return time.process_time() - started


def _mine(files: Sequence[SourceText], packed: Sequence[bytes]) -> Learned:
    texts = {one.path: one.text for one in files}
    surroundings = Surroundings("bench", sorted(texts), (), lambda path: texts.get(path, "")[:9000])
    facts = (
        (one.path, facts_unpack(data))
        for one, data in sorted(zip(files, packed, strict=True), key=lambda pair: pair[0].path)
    )
    return mine(facts, surroundings=surroundings, definitions=load_definitions())


def _figures(times: Times) -> dict[str, Any]:
    spent = times.read + times.mine
    return {
        "files": times.files,
        "MB": times.size / 1e6,
        "parse alone, MB/s": times.size / times.parse / 1e6,
        "read and mine, MB/s": times.size / spent / 1e6,
        "read and mine, nodes/s": round(times.nodes / spent),
        "of parse alone (goal .25)": times.ratio,
        "share of mining in that time": times.mine / spent,
        "bytes of facts a byte of source": times.packed / times.size,
        "code patterns": len(times.learned.patterns),
    }


def grown(share: int) -> None:
    """Measure one share of the large input, in this process, and print seconds and MiB."""
    folders = [package("pypi", "django", "5.2.9"), Path(sysconfig.get_path("stdlib"))]
    files = [
        SourceText(f"{at}/{one.path}", one.language, one.text)
        for at, folder in enumerate(folders)
        for one in sources(folder)
    ]
    chosen = random.Random(0).sample(files, len(files) // share)
    del files
    times = measure(sorted(chosen, key=lambda one: one.path), 1)
    print(times.size, times.parse, times.read, times.mine, peak_memory_mb()[0])


def growth() -> dict[str, Any]:
    """Cost and memory for 1, 4 and 16 times the input, each in a process of its own."""
    figures: dict[str, Any] = {}
    base: tuple[float, float] | None = None
    for share in SHARES:
        command = [sys.executable, "-m", "benchmarks.mining", "--share", str(share)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        size, parse, read, mined, memory = map(float, done.stdout.split())
        base = base or (size, read + mined)
        times = size / base[0]
        figures[f"x {times:.1f}: MB"] = size / 1e6
        figures[f"x {times:.1f}: cost"] = (read + mined) / base[1]
        figures[f"x {times:.1f}: of parse alone"] = parse / (read + mined)
        figures[f"x {times:.1f}: peak MiB"] = memory
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--share", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.share:
        grown(options.share)
        return
    ratios = []
    for kind, name, version in PACKAGES:
        times = measure(sources(package(kind, name, version)), options.repeats)
        ratios.append(times.ratio)
        show(f"mining of {name} {version}", _figures(times))
    show("mining, all packages", {"median of parse alone (goal .25)": median(ratios)})
    show("mining, growth (goal: 16 times the input, at most 20 times the cost)", growth())


if __name__ == "__main__":
    main()
