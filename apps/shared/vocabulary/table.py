"""Tables of words and how often each stands in some code."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from apps.shared.vocabulary.words import MAX_WORD, VISIBLE, visible, words_of

MAX_WORDS = 500_000
"""The most frequent that a table keeps."""

_BYTES = {character: byte for byte, character in enumerate(VISIBLE)}


def count(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands in texts; words longer than ``MAX_WORD`` bytes are data."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(words_of(text))
    return Counter({w: n for w, n in found.items() if len(w.encode()) <= MAX_WORD})


def merge(tables: Iterable[Mapping[str, int]]) -> Counter[str]:
    """The sum of tables, each scaled to the same total: a large code base outvotes no small one.

    The order of the tables does not matter.
    """
    held = [table for table in tables if table]
    largest = max((sum(table.values()) for table in held), default=0)
    summed: Counter[str] = Counter()
    for table in held:
        total = sum(table.values())
        for word, number in table.items():
            summed[word] += max(1, number * largest // total)
    return summed


def ranked(table: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent words first, equals by their characters; at most ``MAX_WORDS``."""
    return sorted(table.items(), key=lambda item: (-item[1], item[0]))[:MAX_WORDS]


def table_write(file: Path, table: Mapping[str, int]) -> None:
    """Write visible words and counts as tab-separated values."""
    file.write_bytes(_lines(table))


def table_digest(table: Mapping[str, int]) -> str:
    """The SHA-256 of what ``table_write`` writes."""
    return f"sha256:{hashlib.sha256(_lines(table)).hexdigest()}"


def _lines(table: Mapping[str, int]) -> bytes:
    return "".join(f"{visible(word)}\t{number}\n" for word, number in ranked(table)).encode()


def table_read(file: Path) -> Counter[str]:
    """Read what ``table_write`` wrote."""
    table: Counter[str] = Counter()
    for line in file.read_text(encoding="utf-8").splitlines():
        word, number = line.split("\t")
        table[bytes(map(_BYTES.__getitem__, word)).decode()] = int(number)
    return table
