"""What leaves of a local vocabulary: hashes of its words, then those that enough others have.

The words of PUBLISH_EXCLUDE and words that look like secrets are not even hashed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from apps.shared.artifacts.services import ArtifactError
from apps.shared.vocabulary.bundle import about_read
from apps.shared.vocabulary.exchange import (
    ExchangeError,
    WordList,
    asked_for,
    common_read,
    hashed,
    list_write,
)
from apps.shared.vocabulary.secrecy import looks_secret
from apps.shared.vocabulary.table import table_read
from apps.singularity.publishing.engine.text_scan import suspicious
from apps.singularity.publishing.services.scanner import SECRETS
from apps.singularity.publishing.services.scheduled import why_nothing
from apps.singularity.training.engine.vocabulary import WORDS

_LETTERS = re.compile(r"[a-z]+")


def words_hashes_write(*, bundle: Path, folder: Path) -> int | None:
    """Write the hashes and counts of a local vocabulary's words into a folder.

    Returns how many; none, and nothing is written, where sharing is off.
    """
    if not _may_share():
        return None
    words = hashed(_shareable(bundle))
    list_write(folder, WordList("word_hashes", about_read(bundle).languages, words))
    return len(words)


def words_asked_write(*, bundle: Path, asked: Path, folder: Path) -> int | None:
    """Write those words of a local vocabulary in clear whose hashes ``asked`` lists.

    Args:
        bundle: the local vocabulary's.
        asked: the folder with Centralcloud's ``common.json``.

    Returns how many; none, and nothing is written, where sharing is off. Raises ArtifactError
    where ``asked`` is no such list.
    """
    if not _may_share():
        return None
    try:
        common = common_read(asked)
    except ExchangeError as error:
        raise ArtifactError(f"Centralcloud's list of words cannot be used: {error}.") from None
    words = asked_for(_shareable(bundle), common)
    list_write(folder, WordList("words", about_read(bundle).languages, words))
    return len(words)


def _may_share() -> bool:
    return bool(settings.SHARE_VOCABULARY) and settings.PUBLISH == "all" and not why_nothing()


def _shareable(bundle: Path) -> dict[str, int]:
    """The words that may leave, with their counts."""
    if not (bundle / WORDS).is_file():
        raise ArtifactError("The vocabulary has no table of its words: train it anew.")
    table = table_read(bundle / WORDS)
    excluded = frozenset(_LETTERS.findall(" ".join(settings.PUBLISH_EXCLUDE).lower()))
    words = [word for word in table if not _stays(word, excluded)]
    flagged = set(_flagged(words))
    return {word: table[word] for place, word in enumerate(words) if place not in flagged}


def _stays(word: str, excluded: frozenset[str]) -> bool:
    return looks_secret(word) or not excluded.isdisjoint(_LETTERS.findall(word.lower()))


def _flagged(words: list[str]) -> Iterator[int]:
    """What the scan of all that leaves would refuse; line ends are part of words."""
    lines = [word.replace("\r", " ") for word in words]
    return (place for place, _ in suspicious(lines, SECRETS))
