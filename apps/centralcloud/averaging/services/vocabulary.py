"""The fleet's vocabulary, of words that at least VOCABULARY_MIN_INSTANCES instances have.

Each bundle is one instance's. Nothing here needs torch; sentencepiece is loaded when it trains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from django.conf import settings

from apps.centralcloud.averaging.services.errors import Refused, TooFew
from apps.shared.vocabulary import exchange
from apps.shared.vocabulary.bundle import vocabulary_write
from apps.shared.vocabulary.exchange import Asked, Common, ExchangeError, WordList
from apps.shared.vocabulary.table import merge, ranked, table_digest
from apps.shared.vocabulary.tokenizer import tokenizer_train

SIZE = 8192
"""Tokens, special ones included."""


def words_check(*, bundle: Path, asked: Asked, common: Path | None = None) -> WordList:
    """What a bundle holds.

    Args:
        common: the folder with the list of hashes that words were asked for by.

    Raises Refused where it is not what was asked for, out of bounds, or has a word that nobody
    asked for.
    """
    try:
        sent = exchange.list_read(bundle, asked=asked)
        if common and not exchange.in_common(sent.words, exchange.common_read(common)):
            raise Refused("it has words that nobody asked for")
    except ExchangeError as error:
        raise Refused(str(error)) from None
    return sent


def common_write(*, bundles: Sequence[Path], folder: Path) -> int:
    """Write the hashes that enough instances sent as ``common.json``; how many they are.

    Raises Refused for a bundle that ``words_check`` refuses, TooFew where no word is common.
    """
    sent = [words_check(bundle=bundle, asked="word_hashes") for bundle in bundles]
    words = _shared(one.words for one in sent)
    _some(words, len(sent))
    exchange.common_write(folder, Common(_languages(sent), words))
    return len(words)


def tokenizer_write(*, bundles: Sequence[Path], folder: Path, size: int = SIZE) -> dict[str, float]:
    """Train the fleet's tokenizer of the words that enough instances sent, and write its bundle.

    Returns what it was made of and how it does on those words; instances judge it on their code.

    Raises Refused for a bundle that ``words_check`` refuses, TooFew where no word is common.
    """
    sent = [words_check(bundle=bundle, asked="words") for bundle in bundles]
    common = _shared(one.words for one in sent)
    _some(common, len(sent))
    table = merge({w: n for w, n in one.words.items() if w in common} for one in sent)
    languages = _languages(sent)
    tokenizer = tokenizer_train(table, size=size, languages=languages)
    vocabulary_write(folder, tokenizer, words=table_digest(table), languages=languages)
    tokens = sum(len(tokenizer.encode(word).ids) * number for word, number in ranked(table))
    held = sum(len(word.encode()) * number for word, number in ranked(table))
    metrics = {
        "words": float(len(table)),
        "tokens": float(tokenizer.get_vocab_size()),
        "bytes_per_token_of_words": round(held / tokens, 5),
    }
    (folder / "README.md").write_text(_card(len(sent), languages, metrics), encoding="utf-8")
    return metrics


def _shared(tables: Iterable[Mapping[str, int]]) -> frozenset[str]:
    """The words that enough instances have."""
    having = Counter(word for table in tables for word in table)
    least = settings.VOCABULARY_MIN_INSTANCES
    return frozenset(word for word, instances in having.items() if instances >= least)


def _some(words: frozenset[str], instances: int) -> None:
    if not words:
        least = settings.VOCABULARY_MIN_INSTANCES
        raise TooFew(f"of {instances} word lists no word is in at least {least}")


def _languages(sent: Sequence[WordList]) -> tuple[str, ...]:
    return tuple(sorted({language for one in sent for language in one.languages}))


def _card(instances: int, languages: Sequence[str], metrics: Mapping[str, float]) -> str:
    rows = "".join(f"| {name} | {value:g} |\n" for name, value in metrics.items())
    return (
        "---\nlibrary_name: transformers\ntags: [code, tokenizer, unigram]\n---\n\n"
        f"# Vocabulary of {instances} instances\n\n"
        f"A unigram tokenizer for {', '.join(languages)}, of words that at least "
        f"{settings.VOCABULARY_MIN_INSTANCES} instances have in common.\n\n"
        f"| of its words | |\n|---|---|\n{rows}"
    )
