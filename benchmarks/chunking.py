"""Chunking beside its limit: parse and cut against parse alone, on the same files.

    python -m benchmarks.chunking [FOLDER ...] [--language python] [--repeats 5]

Without a folder it reads Django's and the standard library's sources. Both sides run file by file
in turn, in processor time, and the best of the repeats counts, so that a busy machine disturbs
the ratio little.
"""

import argparse
import random
import sysconfig
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from apps.singularity.ingestion.engine.chunking import chunk_text
from apps.singularity.ingestion.engine.languages import LANGUAGES, grammar_of

SKIPPED = {"site-packages", "__pycache__"}


@dataclass(frozen=True, slots=True)
class Rates:
    """Best processor seconds of both sides for the same bytes."""

    files: int
    size: int
    parse: float
    chunk: float
    chunks: int

    @property
    def ratio(self) -> float:
        """Rate of parse + chunk as a share of parse alone; 1 would be free."""
        return self.parse / self.chunk


def sources(folder: Path, language: str, limit: int) -> list[str]:
    """The texts of a folder in this language, at most `limit` bytes, in a fixed random order."""
    found = [
        path
        for extension in LANGUAGES[language].extensions
        for path in sorted(folder.rglob(f"*{extension}"))
        if path.is_file() and not SKIPPED & set(path.relative_to(folder).parts)
    ]
    random.Random(0).shuffle(found)
    return list(_up_to(found, limit))


def _up_to(paths: list[Path], limit: int) -> Iterator[str]:
    for path in paths:
        if limit <= 0:
            return
        text = path.read_bytes().decode(errors="replace")
        limit -= len(text)
        yield text


def measure(texts: list[str], language: str, repeats: int) -> Rates:
    """Time both sides, alternating file by file."""
    grammar = grammar_of(language)
    if grammar is None:
        raise SystemExit(f"{language} has no grammar: there is no parsing to compare with")
    parse, chunk, chunks = 0.0, 0.0, 0
    for text in texts:
        source = text.encode()
        parse += _best(partial(grammar.parser.parse, source), repeats)
        chunk += _best(partial(chunk_text, text, language=language), repeats)
        chunks += len(chunk_text(text, language=language).chunks)
    return Rates(len(texts), sum(len(text.encode()) for text in texts), parse, chunk, chunks)


def _best(step: Callable[[], object], repeats: int) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        step()
        best = min(best, time.process_time() - start)
    return best


def default_folders() -> list[Path]:
    """Django, as installed, and this Python's own library."""
    django = find_spec("django")
    installed = [Path(django.origin).parent] if django and django.origin else []
    return [*installed, Path(sysconfig.get_path("stdlib"))]


def main() -> None:
    """Print one line for each folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--language", default="python", choices=sorted(LANGUAGES))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--limit", type=int, default=4_000_000, help="bytes read of each folder")
    options = parser.parse_args()
    for folder in options.folders or default_folders():
        texts = sources(folder, options.language, options.limit)
        if not texts:
            print(f"{folder.name:20} no {options.language} files")
            continue
        rates = measure(texts, options.language, options.repeats)
        print(
            f"{folder.name:20} {rates.files:5} files {rates.size / 1e6:6.2f} MB"
            f"  parse {rates.size / rates.parse / 1e6:6.2f} MB/s"
            f"  parse+chunk {rates.size / rates.chunk / 1e6:6.2f} MB/s"
            f"  ratio {rates.ratio:.3f}  {rates.chunks} chunks"
        )


if __name__ == "__main__":
    main()
