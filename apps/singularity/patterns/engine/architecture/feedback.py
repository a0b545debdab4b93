"""A small set of edges whose removal leaves no cycle.

The smallest is NP-hard. Eades, Lin and Smyth, "A fast and effective heuristic for the feedback
arc set problem", 1993: order the nodes by taking sinks, sources, then the node whose outgoing
weight exceeds its incoming weight most; edges against the order are the set. Then nodes are moved
to better places one by one (sifting: Rudell, 1993), and each edge that can go back without closing
a cycle does.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence

Edge = tuple[int, int]
_LARGEST_SIFTED = 300
"""Nodes beyond which the order stays as it is: a pass over them costs their square."""
_PASSES = 10
_LARGEST_REFINED = 400
"""Edges in the set, beyond which none is put back: each costs a search."""


def feedback_edges(nodes: Sequence[int], weights: Mapping[Edge, int]) -> set[Edge]:
    """The edges to remove, of small weight together; loops are not looked at."""
    edges = {edge: weight for edge, weight in weights.items() if edge[0] != edge[1]}
    order = _order(nodes, edges)
    if len(order) <= _LARGEST_SIFTED:
        _sift(order, edges)
    place = {node: at for at, node in enumerate(order)}
    against = {edge for edge in edges if place[edge[0]] > place[edge[1]]}
    if len(against) > _LARGEST_REFINED:
        return against
    return _without_needless(against, edges)


def _order(nodes: Sequence[int], edges: Mapping[Edge, int]) -> list[int]:
    """Nodes so that edges mostly lead forward."""
    outward: dict[int, dict[int, int]] = {node: {} for node in nodes}
    inward: dict[int, dict[int, int]] = {node: {} for node in nodes}
    for (source, target), weight in edges.items():
        outward[source][target] = weight
        inward[target][source] = weight
    head: list[int] = []
    tail: list[int] = []
    waiting = [(*_rank(node, outward, inward), node) for node in nodes]
    heapq.heapify(waiting)
    while waiting:
        *rank, node = heapq.heappop(waiting)
        if node not in outward or tuple(rank) != _rank(node, outward, inward):
            continue
        (tail if rank[0] == 0 else head).append(node)
        for other in _take(node, outward, inward):
            heapq.heappush(waiting, (*_rank(other, outward, inward), other))
    return head + tail[::-1]


def _rank(
    node: int, outward: Mapping[int, Mapping[int, int]], inward: Mapping[int, Mapping[int, int]]
) -> tuple[int, int]:
    """Sinks first, then sources, then by how much more leads out than in."""
    if not outward[node]:
        return (0, 0)
    if not inward[node]:
        return (1, 0)
    return (2, sum(inward[node].values()) - sum(outward[node].values()))


def _take(
    node: int, outward: dict[int, dict[int, int]], inward: dict[int, dict[int, int]]
) -> Collection[int]:
    """Remove the node; its neighbours."""
    sources, targets = inward.pop(node), outward.pop(node)
    for source in sources:
        del outward[source][node]
    for target in targets:
        del inward[target][node]
    return sorted({*sources, *targets})


def _sift(order: list[int], weights: Mapping[Edge, int]) -> None:
    """Move each node to where the least weight leads backward, until none gains by moving."""
    around: dict[int, dict[int, int]] = {node: {} for node in order}
    for (source, target), weight in weights.items():
        around[source][target] = around[source].get(target, 0) + weight
        around[target][source] = around[target].get(source, 0) - weight
    for _ in range(_PASSES):
        moved = [_move(node, order, around[node]) for node in sorted(order)]
        if not any(moved):
            return


def _move(node: int, order: list[int], pull: Mapping[int, int]) -> bool:
    """``pull`` is positive for those that should follow the node; whether it found better."""
    old = order.index(node)
    others = [*order[:old], *order[old + 1 :]]
    cost = 0  # of standing first, seen from there: passing one that should follow adds its weight
    costs = [0]
    for other in others:
        cost += pull.get(other, 0)
        costs.append(cost)
    best = min(range(len(costs)), key=lambda at: (costs[at], abs(at - old)))
    if costs[best] >= costs[old]:
        return False
    order[:] = [*others[:best], node, *others[best:]]
    return True


def _without_needless(against: set[Edge], edges: Mapping[Edge, int]) -> set[Edge]:
    kept: dict[int, set[int]] = {}
    for source, target in edges.keys() - against:
        kept.setdefault(source, set()).add(target)
    needed = set()
    for source, target in sorted(against, key=lambda edge: (-edges[edge], edge)):
        if _reaches(kept, target, source):
            needed.add((source, target))
        else:
            kept.setdefault(source, set()).add(target)
    return needed


def _reaches(successors: Mapping[int, set[int]], start: int, end: int) -> bool:
    seen, pending = {start}, [start]
    while pending:
        node = pending.pop()
        if node == end:
            return True
        fresh = successors.get(node, set()) - seen
        seen |= fresh
        pending.extend(fresh)
    return False
