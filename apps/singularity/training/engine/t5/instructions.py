"""Instruction pairs as spans to fill: documentation -> function, and name -> function.

    source   <lang:python> Load an order. <0> </s>      target   <0> def load(order): ... </s>

Several pairs share a row, each behind a sentinel of its own, so that a row is as full as one of
span corruption and a single pair is asked in the very same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from apps.singularity.training.engine.corpus import Pair
from apps.singularity.training.engine.t5.batches import IGNORED, Batch, Batches
from apps.singularity.training.engine.t5.vocabulary import SENTINELS, Tokens, Vocabulary

Row = tuple[Tokens, Tokens]
_ASKED_BYTES = 600
_ASKED_PAIRS = 64
"""Held-out pairs that are asked: short ones, so that every vocabulary can hold them whole."""


class Instructions:
    """Batches of packed pairs.

    Args:
        pairs: to learn.
        vocabulary: for sentinels, tags and the end.
        length: tokens of a source of span corruption; sources and targets here take half.
        batch: rows of a step.
        seed: of the order.

    Raises ValueError where there is no pair.
    """

    def __init__(
        self,
        pairs: Iterable[Pair],
        vocabulary: Vocabulary,
        *,
        length: int,
        batch: int,
        seed: int,
    ) -> None:
        self._vocabulary, self._length, self._batch = vocabulary, length // 2, batch
        self._seed = seed
        examples = examples_of(list(pairs), vocabulary)
        if not examples:
            raise ValueError("no pair to learn from")
        order = np.random.default_rng([seed, 2]).permutation(len(examples))
        self._rows = packed([examples[at] for at in order], vocabulary, self._length)

    def at(self, step: int) -> Batch:
        """Rows follow each other over all epochs, in an order of each epoch's own."""
        rows = [self._row(self._batch * step + place) for place in range(self._batch)]
        fillers = ((0, self._vocabulary.pad), (1, IGNORED))
        sources, targets = (
            np.stack([_filled(row[side], self._length, filler) for row in rows])
            for side, filler in fillers
        )
        return Batch(sources, targets)

    def _row(self, place: int) -> Row:
        epoch, row = divmod(place, len(self._rows))
        order = np.random.default_rng([self._seed, 3, epoch]).permutation(len(self._rows))
        return self._rows[int(order[row])]


class Mixture:
    """Each step's batch is of one task, drawn by the seed.

    Args:
        spans: span corruption.
        instructions: pairs.
        share: of the steps that are instructions, 0 to 1.
        seed: of the draw.
    """

    def __init__(self, spans: Batches, instructions: Batches, *, share: float, seed: int) -> None:
        self._spans, self._instructions = spans, instructions
        self._share, self._seed = share, seed

    def at(self, step: int) -> Batch:
        """The batch of a step: 0, 1, ..."""
        drawn = np.random.default_rng([self._seed, 4, step]).random()
        return (self._instructions if drawn < self._share else self._spans).at(step)


def examples_of(pairs: Sequence[Pair], vocabulary: Vocabulary) -> list[Row]:
    """What is asked and what is answered, both ways of asking: two for each pair."""
    codes = vocabulary.encode([pair.code for pair in pairs])
    found = []
    for asked in ([pair.query for pair in pairs], [pair.name for pair in pairs]):
        for pair, question, code in zip(pairs, vocabulary.encode(asked), codes, strict=True):
            found.append((np.concatenate([vocabulary.tag(pair.language), question]), code))
    return found


def packed(examples: Sequence[Row], vocabulary: Vocabulary, length: int) -> list[Row]:
    """Rows of at most ``length`` tokens a side; an answer too long for a row is cut."""
    rows: list[Row] = []
    room: list[Row] = []
    for question, answer in examples:
        cut = (question[: length - 2], answer[: length - 2])
        if len(room) == SENTINELS or not _fits([*room, cut], length):
            rows.append(row_of(room, vocabulary))
            room = []
        room.append(cut)
    return [*rows, row_of(room, vocabulary)]


def row_of(examples: Sequence[Row], vocabulary: Vocabulary) -> Row:
    """Questions each before its sentinel, answers each behind it."""
    marks = [vocabulary.sentinels[place : place + 1] for place in range(len(examples))]
    end = np.array([vocabulary.end], np.int64)
    both = list(zip(examples, marks, strict=True))
    source = [part for (question, _), mark in both for part in (question, mark)]
    target = [part for (_, answer), mark in both for part in (mark, answer)]
    return np.concatenate([*source, end]), np.concatenate([*target, end])


def held_out_rows(pairs: Iterable[Pair], vocabulary: Vocabulary) -> tuple[list[Row], int]:
    """Rows of one pair each, documentation -> function, and the bytes of all answers."""
    short = {
        (pair.digest, pair.name): pair for pair in pairs if len(pair.code.encode()) <= _ASKED_BYTES
    }
    asked = [pair for _, pair in sorted(short.items())][:_ASKED_PAIRS]
    examples = examples_of(asked, vocabulary)[: len(asked)]
    rows = [row_of([example], vocabulary) for example in examples]
    return rows, sum(len(pair.code.encode()) for pair in asked)


def _fits(examples: Sequence[Row], length: int) -> bool:
    """Each example takes a sentinel on both sides, each side an end."""
    return all(sum(len(example[side]) + 1 for example in examples) + 1 <= length for side in (0, 1))


def _filled(tokens: Tokens, length: int, filler: int) -> Tokens:
    whole = np.full(length, filler, np.int64)
    whole[: len(tokens)] = tokens
    return whole
