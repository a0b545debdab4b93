"""Surprise: what a T5 would not have written, line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from apps.singularity.training.engine.corpus import CorpusText, texts_read
from apps.singularity.training.engine.events import TrainingFailed, say
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.t5.asked import Loaded, asked_read, model_asked
from apps.singularity.training.engine.t5.bugs import Bugged, swapped, worth
from apps.singularity.training.engine.t5.judging import batch_of, window_row
from apps.singularity.training.engine.t5.lines import Asked, readings, windows
from apps.singularity.training.engine.t5.loss import nats, tensors_of
from apps.singularity.training.engine.t5.usual import LineNats, Usual, usual_of
from apps.singularity.training.engine.t5.vocabulary import Tokens, Vocabulary

USUAL_BYTES = 24 * 1024
"""Held-out code that says what is usual: some six hundred lines, and fifty windows for bugs."""
_ROWS = 16


def surprise(spec: Spec) -> None:
    """Say how unusual the lines of ``spec.asked`` are: one ``surprising`` event each."""
    asked = asked_read(spec)
    t5 = model_asked(spec)
    usual = _usual(asked, spec, t5)
    for number, file in enumerate(asked["files"]):
        for line in lines_nats(t5, file["language"], file["text"]):
            score = usual.score(line)
            say("surprising", file=number, line=line.line, score=score, word=line.word)
    say("done", metrics={}, examples=len(asked["files"]))


def lines_nats(t5: Loaded, language: str, text: str) -> list[LineNats]:
    """Nats of each word of each line that has words, by line."""
    found: dict[int, list[tuple[float, str]]] = defaultdict(list)
    asked = list(readings(language, text))
    rows = [window_row(one.window, t5.vocabulary) for one in asked]
    for place, said in _nats(t5, rows):
        _gather(found, asked[place], said)
    return [
        LineNats(line, tuple(n for n, _ in words), max(words)[1])
        for line, words in sorted(found.items())
    ]


def usual_measure(t5: Loaded, texts: Iterable[CorpusText]) -> tuple[Usual, dict[str, float]]:
    """What is usual for a model, of code that it never saw, and what its surprise is worth there.

    Raises TrainingFailed for too little code.
    """
    some = list(_bounded(texts))
    usual = usual_of(line for text in some for line in lines_nats(t5, text.language, text.text))
    if usual is None:
        raise TrainingFailed("There is too little held-out code to say what is usual: ingest more.")
    return usual, worth([*_bugged(t5, some)], usual)


def _bugged(t5: Loaded, texts: Iterable[CorpusText]) -> Iterator[Bugged]:
    """Each window with a bug in it."""
    for text in texts:
        for _, piece in windows(text.text):
            if bug := swapped(piece):
                yield lines_nats(t5, text.language, bug[0]), bug[1]


def _usual(asked: dict[str, Any], spec: Spec, t5: Loaded) -> Usual:
    said = asked.get("usual")
    if said is None:
        usual, metrics = usual_measure(t5, texts_read(spec.corpus, "held_out"))
        say("usual", lines=usual.as_json(), metrics=metrics)
        return usual
    try:
        return Usual.read(said)
    except (ValueError, TypeError, AttributeError) as error:
        raise TrainingFailed(f"What is usual cannot be read: {error}") from error


def _bounded(texts: Iterable[CorpusText]) -> Iterator[CorpusText]:
    """By digest, so that they are the same whatever order they come in, and at most so much."""
    taken = 0
    for text in sorted(texts, key=lambda one: one.digest):
        if taken >= USUAL_BYTES:
            return
        part = text.text[: USUAL_BYTES - taken]
        taken += len(part.encode())
        yield CorpusText(text.digest, text.language, part)


def _gather(found: dict[int, list[tuple[float, str]]], asked: Asked, said: Sequence[float]) -> None:
    for word, spent in zip(asked.words, said, strict=True):
        text = asked.window.text[word.start : word.end].strip()
        found[word.line].append((spent, text))


def _nats(t5: Loaded, rows: Sequence[tuple[Tokens, Tokens]]) -> Iterator[tuple[int, list[float]]]:
    """Each row's place and the nats of its spans; rows of like length are read together."""
    order = iter(sorted(range(len(rows)), key=lambda place: len(rows[place][0])))
    while places := list(islice(order, _ROWS)):
        batch = batch_of([rows[place] for place in places], t5.vocabulary)
        with torch.no_grad(), t5.device.autocast():
            each = nats(t5.model, *tensors_of(batch, t5.vocabulary.pad, t5.device.torch))
        numbers = each.double().cpu().numpy()
        for place, row in zip(places, numbers, strict=True):
            yield place, _by_span(row, rows[place][1], t5.vocabulary)


def _by_span(row: NDArray[np.float64], target: Tokens, vocabulary: Vocabulary) -> list[float]:
    """Nats of each span's tokens and of the mark behind it: a word that should go on is wrong."""
    marks = np.flatnonzero(np.isin(target, vocabulary.sentinels))
    return [float(one) for one in np.add.reduceat(row[1 : len(target)], marks)]
