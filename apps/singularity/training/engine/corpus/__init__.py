"""The corpus folder: what a training run learns from, and what it is judged on.

``train.jsonl`` and ``held_out.jsonl`` hold files, ``pairs_train.jsonl`` and
``pairs_held_out.jsonl`` documentation sentences with their functions, ``manifest.json`` what there
is of each. A file's side follows from its content alone (``split``), so that two instances, or one
before and after a change, hold out the same code.
"""

from apps.singularity.training.engine.corpus.model import (
    PARTS,
    CorpusText,
    Manifest,
    Pair,
    Part,
    text_digest,
)
from apps.singularity.training.engine.corpus.reading import manifest_read, pairs_read, texts_read
from apps.singularity.training.engine.corpus.writing import corpus_write

__all__ = [
    "PARTS",
    "CorpusText",
    "Manifest",
    "Pair",
    "Part",
    "corpus_write",
    "manifest_read",
    "pairs_read",
    "text_digest",
    "texts_read",
]
