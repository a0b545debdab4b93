"""How a T5 does on held-out code."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from torch import nn

from apps.singularity.training.engine.corpus import texts_read
from apps.singularity.training.engine.devices import Device, device_pick
from apps.singularity.training.engine.evaluation import Window, bits_per_byte, held_out_windows
from apps.singularity.training.engine.events import TrainingFailed, say
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.t5.batches import IGNORED, Batch
from apps.singularity.training.engine.t5.loss import nats, tensors_of
from apps.singularity.training.engine.t5.model import base_check, model_open
from apps.singularity.training.engine.t5.vocabulary import Tokens, Vocabulary, vocabulary_open

_ROWS = 16
_BYTE = math.log(256)
"""Nats of a byte that is written out."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Metrics, and the hidden bytes that they are of."""

    metrics: dict[str, float]
    hidden_bytes: int


def evaluate(spec: Spec) -> None:
    """Judge each of ``spec.models`` on the corpus's held-out code: one ``compared`` event each."""
    device = device_pick(spec)
    windows = windows_read(spec.corpus)
    for name, folder in spec.models.items():
        model, vocabulary = model_open(Path(folder)), vocabulary_open(Path(folder))
        base_check(Path(folder), model, vocabulary, "")
        model.to(device.torch)  # type: ignore[arg-type]  # its decorator hides the signature
        found = judged(model, vocabulary, windows, device)
        say("compared", name=name, metrics=found.metrics, examples=found.hidden_bytes)


def windows_read(corpus: Path) -> list[Window]:
    """The corpus's held-out windows. Raises TrainingFailed where there are none."""
    windows = held_out_windows(texts_read(corpus, "held_out"))
    if not windows:
        raise TrainingFailed("There is no held-out code to judge on: more files are needed.")
    return windows


def judged(
    model: nn.Module, vocabulary: Vocabulary, windows: Sequence[Window], device: Device
) -> Judged:
    """Bits for each hidden byte; all target tokens count, sentinels and end among them."""
    hidden = sum(window.hidden_bytes for window in windows)
    rows = [window_row(window, vocabulary) for window in windows]
    total = nats_of(model, rows, vocabulary, device)
    if has_unknown(rows, vocabulary):
        total += sum(_lost_nats(window, vocabulary) for window in windows)
    tokens = sum(len(target) for _, target in rows)
    metrics = {
        "bits_per_byte": bits_per_byte(total, hidden),
        "nats_per_token": total / tokens,
        "tokens_per_byte": tokens / hidden,
    }
    return Judged(metrics, hidden)


def nats_of(
    model: nn.Module, rows: Sequence[tuple[Tokens, Tokens]], vocabulary: Vocabulary, device: Device
) -> float:
    """Nats of all target tokens of pairs of source and target."""
    model.eval()
    total = sum(_nats(model, batch, vocabulary, device) for batch in _batches(rows, vocabulary))
    model.train()
    return total


def window_row(window: Window, vocabulary: Vocabulary) -> tuple[Tokens, Tokens]:
    """Source and target of a window: its pieces are written one by one, sentinels between."""
    seen, hidden = vocabulary.encode(window.seen), vocabulary.encode(window.hidden)
    marks = [vocabulary.sentinels[place : place + 1] for place in range(len(hidden))]
    end = np.array([vocabulary.end], np.int64)
    between = chain.from_iterable(zip(marks, seen[1:], strict=True))
    source = [vocabulary.tag(window.language), seen[0], *between, end]
    target = [*chain.from_iterable(zip(marks, hidden, strict=True)), end]
    return np.concatenate(source), np.concatenate(target)


def batch_of(rows: Sequence[tuple[Tokens, Tokens]], vocabulary: Vocabulary) -> Batch:
    """Rows of any lengths as one batch, padded."""
    return Batch(
        _padded([source for source, _ in rows], vocabulary.pad),
        _padded([target for _, target in rows], IGNORED),
    )


def has_unknown(rows: Sequence[tuple[Tokens, Tokens]], vocabulary: Vocabulary) -> bool:
    """Whether some hidden text cannot be written with this vocabulary."""
    return any((target == vocabulary.unknown).any() for _, target in rows)


def _lost_nats(window: Window, vocabulary: Vocabulary) -> float:
    """What a vocabulary cannot write would come free: it pays for the piece byte by byte."""
    pieces = zip(window.hidden, vocabulary.encode(window.hidden), strict=True)
    return sum(
        _BYTE * len(text.encode()) for text, ids in pieces if (ids == vocabulary.unknown).any()
    )


def _batches(rows: Sequence[tuple[Tokens, Tokens]], vocabulary: Vocabulary) -> Iterator[Batch]:
    """Rows of like length together, padded."""
    ordered = sorted(rows, key=lambda row: len(row[0]))
    for start in range(0, len(ordered), _ROWS):
        yield batch_of(ordered[start : start + _ROWS], vocabulary)


def _padded(rows: list[Tokens], filler: int) -> Tokens:
    whole = np.full((len(rows), max(map(len, rows))), filler, np.int64)
    for place, row in enumerate(rows):
        whole[place, : len(row)] = row
    return whole


@torch.no_grad()
def _nats(model: nn.Module, batch: Batch, vocabulary: Vocabulary, device: Device) -> float:
    with device.autocast():
        each = nats(model, *tensors_of(batch, vocabulary.pad, device.torch))
    return float(each.double().sum())
