"""Span corruption: Raffel et al. 2020, section 3.1.4, as its authors' code computes it.

text     a b c d e f g h i j
hidden       ---       -
source   a <0> d e f <1> h i j </s>      target   <0> b c <1> g </s>
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.singularity.training.engine.t5.recipe import MASKED, SPAN
from apps.singularity.training.engine.t5.vocabulary import SENTINELS, Tokens


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens of one row: of text, and of the source and target that it becomes."""

    text: int
    source: int
    target: int
    hidden: int
    spans: int


def lengths_of(text: int) -> Lengths:
    """What ``text`` tokens become: equally many hidden tokens and spans in every row."""
    hidden = min(max(round(text * MASKED), 1), text - 1)
    spans = max(round(hidden / SPAN), 1)
    return Lengths(text, text - hidden + spans + 1, hidden + spans + 1, hidden, spans)


def lengths_for(source: int) -> Lengths:
    """The most text whose source has at most ``source`` tokens.

    Raises ValueError under 8 tokens and over what the sentinels suffice for, 1,800 or so.
    """
    text = source
    while lengths_of(text + 1).source <= source:
        text += 1
    found = lengths_of(text)
    if source < 8 or found.spans > SENTINELS:
        raise ValueError(f"a length of {source} tokens is out of what spans can be made of")
    return found


def hidden_mask(lengths: Lengths, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(text,): which tokens are hidden. Spans alternate with what is seen, which comes first."""
    hidden = _parts(lengths.hidden, lengths.spans, rng)
    seen = _parts(lengths.text - lengths.hidden, lengths.spans, rng)
    runs = np.stack([seen, hidden], axis=1).reshape(-1)
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs)


def corrupted(
    text: Tokens, mask: NDArray[np.bool_], sentinels: Tokens, end: int
) -> tuple[Tokens, Tokens]:
    """Source and target of one row; (source,) and (target,)."""
    starts = np.flatnonzero(mask & ~np.concatenate([[False], mask[:-1]]))
    source = _replaced(text, mask, starts, sentinels)
    target = np.insert(text[mask], _starts_among(mask, starts), sentinels[: len(starts)])
    return np.append(source, end), np.append(target, end)


def _replaced(
    text: Tokens, mask: NDArray[np.bool_], starts: NDArray[np.intp], sentinels: Tokens
) -> Tokens:
    """Each hidden span as one sentinel."""
    marked = text.copy()
    marked[starts] = sentinels[: len(starts)]
    keep = ~mask
    keep[starts] = True
    return marked[keep]


def _starts_among(mask: NDArray[np.bool_], starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where each span starts among the hidden tokens alone."""
    return (np.cumsum(mask) - 1)[starts]


def _parts(items: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """``items`` cut into ``count`` parts of at least one, all cuts equally likely."""
    cuts = np.sort(rng.choice(items - 1, count - 1, replace=False)) + 1
    return np.diff(np.concatenate([[0], cuts, [items]])).astype(np.int64)
