"""Which facts go with which contexts: counted for all pairs, told for those that are no chance.

Counting is a product of two 0/1 matrices, a block of facts at a time: memory is bounded by
contexts x instances and contexts x block, whatever the number of facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.centralcloud.insights.engine.contexts import Context, matrix
from apps.centralcloud.insights.engine.fleet import Fleet, Indices
from apps.centralcloud.insights.engine.statistics import (
    Attainable,
    hypergeometric_log_tail,
    log_factorials,
    log_threshold,
)

BLOCK = 512
FALSE_RATE = 0.05
PAIRS_LIMIT = 2_000_000
"""Pairs kept at a time, the surest: 24 bytes each."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Context by fact: ``having`` of the context's ``of`` instances have the fact.

    ``log_p`` is how likely so many are where the two have nothing to do with each other.
    """

    context: Indices
    fact: Indices
    having: Indices
    of: Indices
    log_p: NDArray[np.float64]

    def only(self, chosen: NDArray[np.bool_]) -> Pairs:
        """Those that are chosen."""
        return Pairs(
            self.context[chosen], self.fact[chosen], self.having[chosen], self.of[chosen],
            self.log_p[chosen],
        )  # fmt: skip


_NONE = np.zeros(0, dtype=np.int32)
_NOTHING = Pairs(_NONE, _NONE, _NONE, _NONE, np.zeros(0))


def associated(fleet: Fleet, contexts: list[Context], least: int) -> Pairs:
    """Pairs that hold for more than half of at least ``least`` instances of the context.

    Tested within the fact's scope against the instances outside of the context, with a false
    discovery rate of ``FALSE_RATE`` over all pairs that could have been told.
    """
    rows = matrix(contexts, len(fleet.instances))
    attainable = Attainable()
    found = [_NOTHING]
    for members, facts in _blocks(fleet):
        found.append(_pairs(fleet, rows, members, facts, least, attainable))
        if sum(len(pairs.fact) for pairs in found) > PAIRS_LIMIT:
            found = [_surest(_joined(found))]
    joined = _joined(found)
    tests, reach = attainable.worthwhile(FALSE_RATE)
    worthwhile = joined.only(joined.log_p <= reach)
    return worthwhile.only(worthwhile.log_p <= log_threshold(worthwhile.log_p, tests, FALSE_RATE))


def _blocks(fleet: Fleet) -> Iterator[tuple[Indices, NDArray[np.int64]]]:
    """Facts of one scope at a time, with the instances that could have them."""
    by_scope: dict[str, list[int]] = defaultdict(list)
    for place, fact in enumerate(fleet.facts):
        by_scope[fact.scope].append(place)
    for scope, facts in sorted(by_scope.items()):
        members = fleet.scopes[scope].members
        for start in range(0, len(facts), BLOCK):
            yield members, np.asarray(facts[start : start + BLOCK])


def _pairs(
    fleet: Fleet, rows: NDArray[np.float32], members: Indices, facts: NDArray[np.int64],
    least: int, attainable: Attainable,
) -> Pairs:  # fmt: skip
    block = _having(fleet, facts)[members]
    inside = rows[:, members]
    n = inside.sum(axis=1).astype(np.int32)
    big_k = block.sum(axis=0).astype(np.int32)
    usable = np.flatnonzero((n >= least) & (n < len(members)))
    counts = (inside[usable] @ block).astype(np.int32)
    context, fact = np.nonzero(2 * big_k[None, :] > n[usable, None])
    having, of, base = counts[context, fact], n[usable][context], big_k[fact]
    table = log_factorials(len(members))
    attainable.add(hypergeometric_log_tail(np.minimum(of, base), of, base, len(members), table))
    told = np.flatnonzero((2 * having > of) & (having < of))
    log_p = hypergeometric_log_tail(having[told], of[told], base[told], len(members), table)
    told, log_p = told[log_p <= np.log(FALSE_RATE)], log_p[log_p <= np.log(FALSE_RATE)]
    return Pairs(
        usable[context[told]].astype(np.int32), facts[fact[told]].astype(np.int32),
        having[told], of[told], log_p,
    )  # fmt: skip


def _having(fleet: Fleet, facts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Instances x facts of a block, 1 where the instance has the fact."""
    block = np.zeros((len(fleet.instances), len(facts)), dtype=np.float32)
    for column, fact in enumerate(facts):
        block[fleet.having(int(fact)), column] = 1
    return block


def _joined(found: list[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([one.context for one in found]),
        np.concatenate([one.fact for one in found]),
        np.concatenate([one.having for one in found]),
        np.concatenate([one.of for one in found]),
        np.concatenate([one.log_p for one in found]),
    )


def _surest(pairs: Pairs) -> Pairs:
    """Half of ``PAIRS_LIMIT``: leaving out large values only makes the threshold stricter."""
    chosen = np.zeros(len(pairs.log_p), dtype=np.bool_)
    chosen[np.argsort(pairs.log_p, kind="stable")[: PAIRS_LIMIT // 2]] = True
    return pairs.only(chosen)
