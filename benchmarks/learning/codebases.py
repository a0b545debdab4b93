"""Four public code bases of different kinds, read as an instance reads its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from apps.shared.vocabulary.table import count, merge
from apps.shared.vocabulary.tokenizer import tokenizer_train, tokenizer_write
from apps.singularity.training.engine.corpus import manifest_read, pairs_read, texts_read
from benchmarks.database import instance_site
from benchmarks.packages import package

CODEBASES = {
    "django": ("pypi", "django", "5.2.9"),  # a web framework in Python
    "sqlalchemy": ("pypi", "sqlalchemy", "2.0.44"),  # a database library in Python
    "three": ("npm", "three", "0.180.0"),  # graphics in JavaScript
    "tokenizers": ("pypi", "tokenizers", "0.22.1"),  # text processing in Rust, Python around it
}
VOCABULARY = 8192


def corpora_make(names: Sequence[str], folder: Path, kilobytes: int) -> dict[str, Path]:
    """Ingest each code base and write its corpus; the folders by name.

    Args:
        kilobytes: of code that training may see, files drawn by content hash: a small team's code
            base. 0: all. The held-out part is that of the whole code base either way.
    """
    corpora = {name: folder / name / "corpus" for name in names}
    with instance_site():
        from apps.singularity.ingestion.services.codebases import codebase_open
        from apps.singularity.ingestion.services.ingest import codebase_ingest
        from apps.singularity.training.services.corpus import corpus_prepare

        for name, corpus in corpora.items():
            codebase = codebase_open(instance="bench", path=package(*CODEBASES[name]), name=name)
            codebase_ingest(codebase=codebase)
            corpus.parent.mkdir(parents=True)
            corpus_prepare(kind="t5", codebase=codebase, languages=(), folder=corpus)
            if kilobytes:
                _cut(corpus, kilobytes * 1024)
    return corpora


def vocabulary_make(corpora: Sequence[Path], folder: Path) -> Path:
    """The vocabulary of the fleet: every word that two of the code bases have."""
    tables = [count(text.text for text in texts_read(corpus, "train")) for corpus in corpora]
    holders = Counter(word for table in tables for word in table)
    shared = [{w: n for w, n in table.items() if holders[w] > 1} for table in tables]
    languages = sorted({lang for corpus in corpora for lang in manifest_read(corpus).languages})
    folder.mkdir(parents=True)
    tokenizer = tokenizer_train(merge(shared), size=VOCABULARY, languages=languages)
    tokenizer_write(folder, tokenizer, languages=languages)
    return folder


def _cut(corpus: Path, limit: int) -> None:
    """Keep the first files of the training part (they are by digest), and their pairs."""
    kept, taken = set(), 0
    for text in texts_read(corpus, "train"):
        if taken >= limit:
            break
        kept.add(text.digest)
        taken += len(text.text.encode())
    for file, rows in (
        (corpus / "train.jsonl", [text.digest for text in texts_read(corpus, "train")]),
        (corpus / "pairs_train.jsonl", [pair.digest for pair in pairs_read(corpus, "train")]),
    ):
        lines = file.read_bytes().splitlines(keepends=True)
        chosen = [line for line, digest in zip(lines, rows, strict=True) if digest in kept]
        file.write_bytes(b"".join(chosen))
