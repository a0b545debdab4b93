"""Which patterns come first: those that tell much, are widespread, and are not told already.

A pattern is worth the bits that it saves when code is written down with it (minimum description
length, Rissanen 1978; for patterns in graphs SUBDUE, Cook & Holder 1994, for itemsets Krimp,
Vreeken et al. 2011): each occurrence costs one reference instead of its nodes. Where Krimp adds
up all occurrences, here they count with diminishing returns, by the logarithm of the number of
files: what is specific comes before what is merely everywhere.

    value = (bits(fragment) - bits(reference)) * log2(1 + files)

bits(fragment) is the code length of its opened nodes, each given its parent and slot. As in
Krimp's cover, a pattern is worth only what better ones have not covered already; and what a
node tells is divided by the square root of how many better ones tell the same, so that variants of
a pattern stand behind what is new.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.idioms.forest import Forest
from apps.singularity.patterns.engine.idioms.information import Contexts
from apps.singularity.patterns.engine.idioms.instances import instances
from apps.singularity.patterns.engine.idioms.pattern import Idiom

Floats = NDArray[np.float32]

REFERENCE_BITS = 8.0
"""Of one out of some hundred patterns: what tells less than its number is no pattern."""

_SAMPLE = 128  # occurrences by which the share of what is new is estimated


def value(bits: NDArray[np.float64], files: NDArray[np.float64]) -> NDArray[np.float64]:
    """What patterns are worth, each on its own."""
    return np.maximum(bits - REFERENCE_BITS, 0.0) * np.log2(1.0 + files)


def ranked(forest: Forest, contexts: Contexts, idioms: list[Idiom], *, limit: int) -> list[Idiom]:
    """The best patterns, best first, each scored by what those before it leave over.

    Greedy, with values that only fall looked at again when they come up (lazy greedy, Minoux
    1978).
    """
    fresh = np.ones(len(forest.size), dtype=np.bool_)
    seen = np.zeros(len(contexts.count), dtype=np.float32)
    novelty = np.ones(len(contexts.count), dtype=np.float32)
    samples: dict[int, _Sample] = {}
    heap = [(-idiom.score, index, 0) for index, idiom in enumerate(idioms)]
    heapq.heapify(heap)
    chosen: list[Idiom] = []
    while heap and len(chosen) < limit:
        negative, index, known = heapq.heappop(heap)
        idiom = idioms[index]
        if known < len(chosen):
            if index not in samples:
                samples[index] = _Sample.of(forest, contexts, idiom)
            now = idiom.score * samples[index].new_share(fresh, novelty)
            heapq.heappush(heap, (-now, index, len(chosen)))
            continue
        chosen.append(idiom.scored(-negative))
        found = instances(forest, idiom.nodes, idiom.opened, idiom.roots)[idiom.opened]
        fresh[found.ravel()] = False
        told = contexts.key[idiom.nodes[idiom.opened]]
        seen[told] += 1
        novelty[told] = 1 / np.sqrt(1 + seen[told])
    return chosen


@dataclass(frozen=True, slots=True)
class _Sample:
    """Some occurrences of an idiom's opened nodes, their contexts and their shares of its bits."""

    found: NDArray[np.int32]
    contexts: NDArray[np.int32]
    weight: Floats

    @staticmethod
    def of(forest: Forest, contexts: Contexts, idiom: Idiom) -> _Sample:
        """The sample of an idiom."""
        step = max(1, len(idiom.roots) // _SAMPLE)
        roots = idiom.roots[::step]
        found = instances(forest, idiom.nodes, idiom.opened, roots)[idiom.opened][1:]
        weight = contexts.bits[found[:, 0]] + np.float32(1e-6)
        return _Sample(found, contexts.key[found[:, 0]], weight / weight.sum())

    def new_share(self, fresh: NDArray[np.bool_], novelty: Floats) -> float:
        """The share of the bits that is left.

        ``fresh`` are the nodes that no better pattern covers, ``novelty`` is what telling a
        context once more counts.
        """
        left = np.add.reduce(fresh[self.found], axis=1, dtype=np.float32)
        occurrences: int = self.found.shape[1]
        return float(self.weight @ (left * novelty[self.contexts])) / occurrences
