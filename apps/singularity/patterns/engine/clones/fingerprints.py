"""The fingerprints of a file's functions, all of them worked out together in arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.clones.hashing import GOLDEN, Words, mix
from apps.singularity.patterns.engine.clones.nodes import Nodes, Outline, nodes_of, outline_of
from apps.singularity.patterns.engine.clones.sketch import SHINGLE, shingles, sketches
from apps.singularity.patterns.engine.facts import EncodedTree, Fingerprint, Function

MIN_TOKENS = 30
"""Tokens below which a function is not compared: what is so short is alike by nature."""

_BATCH = 1 << 17  # nodes worked on together: they fit into the processor's cache
_NESTING = 8  # times that a node is read, at most, for functions inside functions

Ints = NDArray[np.int64]


def fingerprints(tree: EncodedTree, functions: Sequence[Function]) -> tuple[Fingerprint, ...]:
    """The functions with at least ``MIN_TOKENS`` tokens, in their order.

    Layout and comments leave both hashes as they are; replacing names consistently leaves
    ``renamed`` and ``sketch``. Of functions nested so deep that their nodes would be read more
    than eight times on average, only the shortest are taken.
    """
    if not functions or not tree.label:
        return ()
    outline = outline_of(tree)
    spans = outline.spans(functions)
    tokens = _tokens(outline, spans)
    tokens[[not function.symbol for function in functions]] = 0  # a file as a whole
    chosen = _chosen(spans, tokens, len(outline.start))
    if not len(chosen):
        return ()
    nodes = nodes_of(tree)
    grams = shingles(nodes.label, nodes.back)
    found: list[Fingerprint] = []
    for batch in _batches(chosen, spans):
        hashes = _hashes(nodes, spans[batch])
        drawn = _sketches(grams, spans[batch])
        for index, (exact, renamed), sketch in zip(batch, hashes, drawn, strict=True):
            function = functions[index]
            found.append(
                Fingerprint(
                    symbol=function.symbol,
                    start_line=function.start_line,
                    end_line=function.end_line,
                    tokens=int(tokens[index]),
                    exact=exact,
                    renamed=renamed,
                    sketch=sketch,
                )
            )
    return tuple(found)


def _tokens(outline: Outline, spans: Ints) -> Ints:
    before = np.zeros(len(outline.tokens) + 1, dtype=np.int64)
    np.cumsum(outline.tokens, out=before[1:])
    counts: Ints = before[spans[:, 1]] - before[spans[:, 0]]
    return counts


def _chosen(spans: Ints, tokens: Ints, nodes: int) -> Ints:
    """Functions to compare, by index: long enough, and within what may be read in all."""
    sizes = spans[:, 1] - spans[:, 0]
    enough = np.flatnonzero((tokens >= MIN_TOKENS) & (sizes >= SHINGLE))
    shortest = enough[np.argsort(sizes[enough], kind="stable")]
    affordable = np.cumsum(sizes[shortest]) <= _NESTING * nodes
    return np.sort(shortest[affordable])


def _batches(chosen: Ints, spans: Ints) -> Iterator[Ints]:
    """Runs of functions of about ``_BATCH`` nodes."""
    ends = np.cumsum(spans[chosen, 1] - spans[chosen, 0])
    if ends[-1] < _BATCH:
        return iter((chosen,))
    numbers = ends // _BATCH
    return (chosen[numbers == number] for number in np.unique(numbers))


def _spread(spans: Ints) -> tuple[Ints, Ints]:
    """The spans written out: for each node in each span its index, and the span's number."""
    sizes = spans[:, 1] - spans[:, 0]
    owner = np.repeat(np.arange(len(spans)), sizes)
    offset = np.cumsum(sizes) - sizes
    return np.arange(len(owner)) - offset[owner] + spans[owner, 0], owner


def _hashes(nodes: Nodes, spans: Ints) -> Iterator[tuple[bytes, bytes]]:
    """The exact and the renamed hash of each span, 128 bits each."""
    index, owner = _spread(spans)
    first = spans[owner, 0]
    back = nodes.back[index]
    inside = np.where(index - back >= first, back, 0).astype(np.uint64)
    sizes = spans[:, 1] - spans[:, 0]
    place = mix(np.arange(sizes.max(), dtype=np.uint64))[index - first]
    starts = np.cumsum(sizes) - sizes
    exact = _digests(nodes.text[index], place, starts)
    renamed = _digests(nodes.label[index] + inside * GOLDEN, place, starts)
    return zip(exact, renamed, strict=True)


def _digests(values: Words, place: Words, starts: Ints) -> list[bytes]:
    """A hash of each run of values that starts at ``starts``: two sums of values mixed in place."""
    mixed = mix(values ^ place)
    sums = np.empty((len(starts), 2), dtype="<u8")
    np.add.reduceat(mixed, starts, out=sums[:, 0])
    np.add.reduceat(mixed * (place | np.uint64(1)), starts, out=sums[:, 1])
    return [row.tobytes() for row in sums]


def _sketches(grams: Words, spans: Ints) -> list[bytes]:
    """The sketch of each span's shingles."""
    index, owner = _spread(spans - np.array([0, SHINGLE - 1]))
    return [row.tobytes() for row in sketches(grams[index], owner, len(spans)).astype("<u2")]
