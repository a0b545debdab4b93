"""Batches of a run, each a function of the seed and the step alone.

So there is no position to remember: a run that goes on asks for its next step's batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from apps.singularity.training.engine.t5.corruption import corrupted, hidden_mask, lengths_for
from apps.singularity.training.engine.t5.vocabulary import Tokens, Vocabulary

IGNORED = -100
"""A target that is no token."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Sources (rows, source) and targets (rows, target), padded with ``pad`` and ``IGNORED``."""

    sources: Tokens
    targets: Tokens

    def rows(self, start: int, end: int) -> Batch:
        """Some of its rows."""
        return Batch(self.sources[start:end], self.targets[start:end])

    def __len__(self) -> int:
        return len(self.sources)


class Batches(Protocol):
    """A task."""

    def at(self, step: int) -> Batch:
        """The batch of a step: 0, 1, ..."""


class Spans:
    """Span corruption on files packed end to end.

    Args:
        files: tokens of each file, its language's tag before and the end token after.
        vocabulary: for sentinels and the end.
        length: tokens of a source.
        batch: rows of a step.
        seed: of order and masks.
    """

    def __init__(
        self, files: list[Tokens], vocabulary: Vocabulary, *, length: int, batch: int, seed: int
    ) -> None:
        self._files, self._vocabulary = files, vocabulary
        self._lengths = lengths_for(length)
        self._batch, self._seed = batch, seed
        self._epoch, self._packed = -1, np.empty((0, 0), np.int64)
        tokens = sum(len(file) for file in files)
        self.tokens = tokens
        self.count = max(1, tokens // self._lengths.text)

    def at(self, step: int) -> Batch:
        """Rows follow each other over all epochs; each has masks of its own."""
        made = [self._row(self._batch * step + place) for place in range(self._batch)]
        return Batch(np.stack([row[0] for row in made]), np.stack([row[1] for row in made]))

    def _row(self, place: int) -> tuple[Tokens, Tokens]:
        epoch, row = divmod(place, self.count)
        text = self._epoch_rows(epoch)[row]
        mask = hidden_mask(self._lengths, np.random.default_rng([self._seed, 1, place]))
        return corrupted(text, mask, self._vocabulary.sentinels, self._vocabulary.end)

    def _epoch_rows(self, epoch: int) -> Tokens:
        """(count, text): files in an order of their own, packed, and the rows shuffled."""
        if epoch != self._epoch:
            rng = np.random.default_rng([self._seed, 0, epoch])
            stream = np.concatenate([self._files[at] for at in rng.permutation(len(self._files))])
            rows = np.resize(stream, (self.count, self._lengths.text))
            self._packed, self._epoch = rng.permutation(rows), epoch
        return self._packed
