"""Vocabularies: bytes a token on held-out code, of each code base's own and of the fleet's.

Beside them a byte-level BPE of the same size on the same code, as GPT-2 and RoBERTa have it
(Radford et al. 2019), and what another code base's own vocabulary makes of the code. The fleet's
vocabulary is of words that two code bases have, as they are exchanged.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tokenizers import ByteLevelBPETokenizer, Tokenizer

from apps.shared.vocabulary.compression import compression
from apps.shared.vocabulary.exchange import Common, asked_for, hashed
from apps.shared.vocabulary.table import count, merge
from apps.shared.vocabulary.tokenizer import tokenizer_train
from apps.singularity.ingestion.engine.languages import language_of
from apps.singularity.training.engine.corpus import CorpusText, Part, corpus_write, texts_read
from benchmarks.learning.codebases import CODEBASES
from benchmarks.packages import package
from benchmarks.report import peak_memory_mb, show

LANGUAGES = ("javascript", "python", "rust")
MIN_INSTANCES = 2


def measure(names: Sequence[str], size: int, folder: Path) -> dict[str, Any]:
    """Figures of every code base."""
    rows: dict[str, Any] = {}
    tables: dict[str, Counter[str]] = {}
    own: dict[str, Tokenizer] = {}
    for name in names:
        rows |= _corpus(name, folder / name)
        start = time.perf_counter()
        tables[name] = count(_texts(folder / name, "train"))
        own[name] = tokenizer_train(tables[name], size=size, languages=LANGUAGES)
        rows[f"{name}: vocabulary, seconds"] = time.perf_counter() - start
    start = time.perf_counter()
    fleet = tokenizer_train(merge(_shared(tables)), size=size, languages=LANGUAGES)
    rows["fleet: vocabulary, seconds"] = time.perf_counter() - start
    for name in names:
        rows |= _judged(name, folder / name, own, fleet, size)
    rows["peak memory, MiB"] = round(peak_memory_mb()[0])
    return rows


def _corpus(name: str, folder: Path) -> dict[str, Any]:
    texts = [*_sources(package(*CODEBASES[name]))]
    start = time.perf_counter()
    manifest = corpus_write(folder, texts, [])
    seconds = time.perf_counter() - start
    megabytes = sum(manifest.bytes.values()) / 1e6
    files = sum(manifest.files.values())
    return {
        f"{name}: MB of code": megabytes,
        f"{name}: files held out": f"{manifest.files['held_out']} of {files}",
        f"{name}: corpus written, MB/s": megabytes / seconds,
    }


def _sources(root: Path) -> Iterator[CorpusText]:
    for file in sorted(root.rglob("*")):
        if file.is_file() and (language := language_of(file.name)) in LANGUAGES:
            text = file.read_text(encoding="utf-8", errors="replace")
            yield CorpusText.of(language=language, text=text)


def _texts(folder: Path, part: Part) -> Iterator[str]:
    return (one.text for one in texts_read(folder, part))


def _shared(tables: Mapping[str, Counter[str]]) -> list[dict[str, int]]:
    """What each code base would send of its table."""
    having = Counter(one for table in tables.values() for one in hashed(table))
    words = frozenset(one for one, instances in having.items() if instances >= MIN_INSTANCES)
    return [asked_for(table, Common(LANGUAGES, words)) for table in tables.values()]


def _judged(
    name: str, folder: Path, own: Mapping[str, Tokenizer], fleet: Tokenizer, size: int
) -> dict[str, Any]:
    """Bytes a token of the held-out code by each vocabulary."""
    mine = _bytes_per_token(own[name], folder)
    shared = _bytes_per_token(fleet, folder)
    others = [_bytes_per_token(one, folder) for other, one in own.items() if other != name]
    return {
        f"{name}: own, bytes a token": mine,
        f"{name}: fleet's": shared,
        f"{name}: fleet's beside own, %": 100 * (shared / mine - 1),
        f"{name}: byte-level BPE": _bpe(folder, size),
        f"{name}: other code bases' own": sum(others) / max(1, len(others)),
    }


def _bytes_per_token(tokenizer: Tokenizer, folder: Path) -> float:
    return compression(tokenizer, _texts(folder, "held_out")).metrics["bytes_per_token"]


def _bpe(folder: Path, size: int) -> float:
    peer = ByteLevelBPETokenizer()
    peer.train_from_iterator(_texts(folder, "train"), vocab_size=size, show_progress=False)
    texts = [*_texts(folder, "held_out")]
    tokens = sum(len(peer.encode(text).ids) for text in texts)
    return sum(len(text.encode()) for text in texts) / tokens


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--codebases", nargs="*", default=list(CODEBASES), choices=CODEBASES)
    parser.add_argument("--size", type=int, default=8192, help="tokens of each vocabulary")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        show("vocabulary", measure(options.codebases, options.size, Path(folder)))


if __name__ == "__main__":
    main()
