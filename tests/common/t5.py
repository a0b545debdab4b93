"""A small corpus of code, two vocabularies for it, and training processes to learn from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from apps.singularity.training.engine.corpus import CorpusText, Pair, corpus_write
from apps.singularity.training.engine.process import _order_read, _perform
from apps.singularity.training.engine.spec import Spec
from tests.common.processes import CHECKOUT

SPECIAL = ("<pad>", "</s>", "<unk>", *(f"<extra_id_{n}>" for n in range(100)), "<lang:python>")
THINGS = ("order", "invoice", "customer", "parcel", "ticket", "account", "message", "report")
DOINGS = ("load", "store", "check", "merge", "count", "close", "filter", "rename")


def function(thing: str, doing: str, number: int) -> str:
    """One function of a corpus."""
    return (
        f"def {doing}_{thing}_{number}({thing}, limit={number}):\n"
        f"    result = {thing}.{doing}(limit)\n"
        f"    if result is None:\n        raise ValueError('no {thing}')\n"
        f"    return result[:limit]\n\n\n"
    )


def corpus_make(folder: Path, files: int = 40) -> Path:
    """A corpus of ``files`` small modules and a pair for each."""
    texts, pairs = [], []
    for number in range(files):
        body = "".join(
            function(thing, doing, number)
            for thing in THINGS[number % 3 :]
            for doing in DOINGS[number % 5 :]
        )
        text = CorpusText.of(language="python", text=f'"""Module {number}."""\n\n' + body)
        texts.append(text)
        thing, doing = THINGS[number % 8], DOINGS[number % 7]
        pairs.append(
            Pair(
                query=f"{doing.title()} the {thing} number {number}.",
                code=function(thing, doing, number),
                name=f"{doing}_{thing}_{number}",
                digest=text.digest,
                language="python",
                symbol_kind="function",
            )
        )
    corpus_write(folder, texts, pairs)
    return folder


def vocabulary_make(folder: Path, size: int = 500, sample: str = "") -> Path:
    """A byte-level vocabulary in a folder of its own; ``sample`` is what it learns to write."""
    folder.mkdir(parents=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([sample or function("order", "load", 1)] * 4, trainer)
    tokenizer.save(os.fspath(folder / "tokenizer.json"))
    said = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<pad>"}
    said |= {"eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(said))
    return folder


@contextmanager
def process(spec: Spec, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A training process that was told ``spec``; its events come line by line."""
    spec.run.mkdir(parents=True, exist_ok=True)
    order = spec.run / "spec.json"
    spec.write(order)
    command = [sys.executable, "-m", "apps.singularity.training.engine", str(order)]
    quiet = {"HF_HUB_OFFLINE": "1"} | variables
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, env=os.environ | quiet
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def events(started: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """What it says from here on."""
    assert started.stdout
    yield from map(json.loads, started.stdout)


def perform(spec: Spec, **variables: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit status and all events of a training process."""
    with process(spec, **variables) as started:
        said = list(events(started))
        return started.wait(), said


def told(spec: Spec) -> list[dict[str, Any]]:
    """All events of a task that is done in this process, which has loaded torch already."""
    spec.run.mkdir(parents=True, exist_ok=True)
    spec.write(order := spec.run / "spec.json")
    with redirect_stdout(StringIO()) as said:
        _perform(_order_read(order))
    return [json.loads(line) for line in said.getvalue().splitlines()]


def named(said: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    """The events of one name."""
    return [one for one in said if one["event"] == event]
