"""From a corpus to a vocabulary's bundle."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tokenizers import Tokenizer

from apps.shared.vocabulary.bundle import vocabulary_write
from apps.shared.vocabulary.compression import compression
from apps.shared.vocabulary.table import count, table_digest, table_write
from apps.shared.vocabulary.tokenizer import smallest, tokenizer_train
from apps.singularity.training.engine.corpus import Manifest, Part, manifest_read, texts_read
from apps.singularity.training.engine.events import TrainingFailed, say
from apps.singularity.training.engine.spec import Spec

WORDS = "words.txt"
"""The word table in a local bundle: visible words, tabs, counts."""
_STEPS = 3


def train(spec: Spec, corpus: Path) -> None:
    """Count the words, train the pieces, judge them on held-out code, write the bundle.

    Raises TrainingFailed where the vocabulary is to be smaller than one can be.
    """
    manifest = manifest_read(corpus)
    languages = sorted(manifest.languages)
    _size_check(spec.vocabulary_size, languages)
    _started(manifest)
    table = count(_texts(corpus, "train"))
    _progress(1)
    tokenizer = tokenizer_train(table, size=spec.vocabulary_size, languages=languages)
    _progress(2)
    metrics = compression(tokenizer, _texts(corpus, "held_out")).metrics
    say("evaluated", step=_STEPS, metrics=metrics)
    if tokenizer.get_vocab_size() < spec.vocabulary_size:
        say("note", text=_shrunk(tokenizer.get_vocab_size(), spec.vocabulary_size))
    _bundle(spec, tokenizer, table, manifest, metrics)
    _progress(_STEPS)
    say("done", metrics=metrics, before={}, examples=manifest.files["train"], bundle="bundle")


def _size_check(size: int, languages: list[str]) -> None:
    if size < smallest(languages):
        raise TrainingFailed(
            f"A vocabulary of {len(languages)} languages needs at least {smallest(languages)} "
            f"tokens: set more than {size}."
        )


def _started(manifest: Manifest) -> None:
    say(
        "started",
        device="cpu",
        device_name=platform.processor() or platform.machine(),
        parameters=0,
        train_tokens=0,
        held_out_bytes=manifest.bytes["held_out"],
        optimizer="expectation maximisation",
        step=0,
    )


def _progress(step: int) -> None:
    say("progress", step=step, steps=_STEPS)


def _texts(corpus: Path, part: Part) -> Iterator[str]:
    return (one.text for one in texts_read(corpus, part))


def _shrunk(size: int, wanted: int) -> str:
    return f"The code holds no {wanted} pieces that are worth a token: the vocabulary has {size}."


def _bundle(
    spec: Spec,
    tokenizer: Tokenizer,
    table: Counter[str],
    manifest: Manifest,
    metrics: Mapping[str, float],
) -> None:
    # It is written with what loads torch, which takes longer than all before it on little code.
    from apps.singularity.training.engine.bundle import Card, bundle_write

    def save(folder: Path) -> None:
        table_write(folder / WORDS, table)
        languages = sorted(manifest.languages)
        vocabulary_write(folder, tokenizer, words=table_digest(table), languages=languages)

    card = Card(
        version=spec.version,
        kind="unigram vocabulary",
        scope=spec.scope,
        base="",
        data=manifest,
        recipe={"tokens": tokenizer.get_vocab_size(), "distinct words": len(table)},
        before={},
        metrics=metrics,
        tags=("tokenizer",),
    )
    bundle_write(spec.run, save, card)
