"""How words travel: hashes first, and in clear only those that enough instances have.

``words.json`` of an instance: {"asked": "word_hashes" or "words", "languages": [..], "words":
{hash or word: count}}; ``common.json`` of Centralcloud: {"languages": [..], "words": [hash, ..]}.

A word that others lack may hold a part of a name that they have: each is hashed as it stands and
without what stands around it, and the longer of the two that is common is sent.

A hash keeps a word from who does not guess it. Whoever guesses a word can hash it too, since all
instances must come to the same hash: it hides what is peculiar to a code base, not whether it
holds a word of a dictionary.
"""

from __future__ import annotations

import hmac
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from apps.shared.vocabulary.table import ranked
from apps.shared.vocabulary.words import MAX_WORD, bare, words_of

Asked = Literal["word_hashes", "words"]
WORDS, COMMON = "words.json", "common.json"
MOST_WORDS = 100_000
LARGEST_COUNT = 10**12
LARGEST_FILE = 16 * 1024 * 1024
"""Bytes."""
MOST_LANGUAGES = 100

_CONTEXT = b"singularity vocabulary, words, 1"
_HASH = re.compile(r"[0-9a-f]{32}")
_LANGUAGE = re.compile(r"[a-z][a-z0-9_]{0,29}")


class ExchangeError(Exception):
    """What came is no list of words; the text is one line without any of it."""


@dataclass(frozen=True, slots=True)
class WordList:
    """What an instance sent: counts of words or of their hashes."""

    asked: Asked
    languages: tuple[str, ...]
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Common:
    """Hashes of the words that enough instances have."""

    languages: tuple[str, ...]
    words: frozenset[str]


def word_hash(word: str) -> str:
    """HMAC-SHA256 (RFC 2104) of a word under a context that all know: 128 bits, hexadecimal."""
    return hmac.digest(_CONTEXT, word.encode(), "sha256")[:16].hex()


def hashed(table: Mapping[str, int]) -> dict[str, int]:
    """Hashes of a table's words, and of their bare parts, with their counts; the most frequent."""
    counts = Counter(dict(table))
    for word, count in table.items():
        if bare(word) != word:
            counts[bare(word)] += count
    return {word_hash(word): count for word, count in ranked(counts)[:MOST_WORDS]}


def asked_for(table: Mapping[str, int], common: Common) -> dict[str, int]:
    """What of a table is common: each word as it stands, or its bare part, with their counts."""
    counts: Counter[str] = Counter()
    for word, count in table.items():
        said = next((one for one in (word, bare(word)) if word_hash(one) in common.words), None)
        if said is not None:
            counts[said] += count
    return dict(ranked(counts)[:MOST_WORDS])


def list_write(folder: Path, sent: WordList) -> None:
    """Write ``words.json``."""
    _write(folder / WORDS, asdict(sent) | {"words": dict(sorted(sent.words.items()))})


def list_read(folder: Path, *, asked: Asked) -> WordList:
    """Read ``words.json``. Raises ExchangeError unless it is what was asked for, in bounds."""
    said = _read(folder / WORDS, {"asked", "languages", "words"})
    words = said["words"]
    if said["asked"] != asked:
        raise ExchangeError(f"it does not hold what was asked for, {asked}")
    if not isinstance(words, dict) or len(words) > MOST_WORDS:
        raise ExchangeError(f"it has no table of at most {MOST_WORDS:,} words")
    if not all(type(count) is int and 0 < count <= LARGEST_COUNT for count in words.values()):
        raise ExchangeError(f"a count in it is no number from 1 to {LARGEST_COUNT:,}")
    if not all(map(_is_hash if asked == "word_hashes" else _is_word, words)):
        raise ExchangeError("an entry in it is no hash" if asked == "word_hashes" else _NO_WORD)
    return WordList(asked, _languages(said), words)


def common_write(folder: Path, common: Common) -> None:
    """Write ``common.json``."""
    said = {"languages": sorted(common.languages), "words": sorted(common.words)}
    _write(folder / COMMON, said)


def common_read(folder: Path) -> Common:
    """Read ``common.json``. Raises ExchangeError."""
    said = _read(folder / COMMON, {"languages", "words"})
    words = said["words"]
    if not isinstance(words, list) or not all(map(_is_hash, words)):
        raise ExchangeError("it has no list of hashes")
    return Common(_languages(said), frozenset(words))


def in_common(words: Collection[str], common: Common) -> bool:
    """Whether every word is one that was asked for."""
    return all(word_hash(word) in common.words for word in words)


_NO_WORD = "an entry in it is no word"


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _is_word(value: str) -> bool:
    """One word, or white space, which is cut by what follows it."""
    try:
        short = 0 < len(value.encode()) <= MAX_WORD
    except UnicodeEncodeError:
        return False
    return short and (not value.strip(" \t") or words_of(value) == [value])


def _languages(said: Mapping[str, Any]) -> tuple[str, ...]:
    found = said["languages"]
    named = isinstance(found, list) and len(found) <= MOST_LANGUAGES
    if not named or not all(isinstance(one, str) and _LANGUAGE.fullmatch(one) for one in found):
        raise ExchangeError("its languages are no names")
    return tuple(sorted(set(found)))


def _write(file: Path, said: Mapping[str, Any]) -> None:
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    file.write_text(text + "\n", encoding="utf-8")


def _read(file: Path, keys: set[str]) -> dict[str, Any]:
    if not file.is_file() or file.stat().st_size > LARGEST_FILE:
        raise ExchangeError(f"it has no {file.name} of at most {LARGEST_FILE:,} bytes")
    try:
        said = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        raise ExchangeError(f"its {file.name} is no JSON") from None
    if not isinstance(said, dict) or set(said) != keys:
        raise ExchangeError(f"its {file.name} has other keys than {', '.join(sorted(keys))}")
    return said
