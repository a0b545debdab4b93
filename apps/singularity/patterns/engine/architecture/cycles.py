"""Strongly connected components, layers and shortest cycles of a directed graph.

Nodes are 0 to n - 1; ``successors[v]`` are the nodes that v has an edge to. Nothing recurses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence

Graph = Sequence[Collection[int]]


def strong_components(successors: Graph) -> list[list[int]]:
    """The strongly connected components, each before those that lead to it.

    Tarjan, "Depth-first search and linear graph algorithms", 1972, with an own stack: linear.
    """
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    open_nodes: list[int] = []
    is_open = [False] * len(successors)
    components: list[list[int]] = []
    for root in range(len(successors)):
        if root in order:
            continue
        walk = [(root, iter(successors[root]))]
        order[root] = low[root] = len(order)
        open_nodes.append(root)
        is_open[root] = True
        while walk:
            node, rest = walk[-1]
            for following in rest:
                if following not in order:
                    order[following] = low[following] = len(order)
                    open_nodes.append(following)
                    is_open[following] = True
                    walk.append((following, iter(successors[following])))
                    break
                if is_open[following]:
                    low[node] = min(low[node], order[following])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == order[node]:
                    components.append(_close(node, open_nodes, is_open))
    return components


def _close(root: int, open_nodes: list[int], is_open: list[bool]) -> list[int]:
    component = []
    while True:
        node = open_nodes.pop()
        is_open[node] = False
        component.append(node)
        if node == root:
            return sorted(component)


def layers_of(successors: Graph, components: Sequence[Sequence[int]]) -> list[int]:
    """Length of the longest path from each node to one without successors.

    Over the condensation: nodes of one strongly connected component share a layer.
    ``components`` are as `strong_components` gives them.
    """
    layers = [0] * len(successors)
    number = [0] * len(successors)
    for place, component in enumerate(components):
        for node in component:
            number[node] = place
    for component in components:
        below = (
            layers[following] + 1
            for node in component
            for following in successors[node]
            if number[following] != number[node]
        )
        layer = max(below, default=0)
        for node in component:
            layers[node] = layer
    return layers


def shortest_path(
    successors: Mapping[int, Collection[int]] | Graph, start: int, end: int
) -> list[int]:
    """The first shortest path in the order of successors, both ends included; empty if none."""
    came_from: dict[int, int] = {start: start}
    pending = deque([start])
    while pending and end not in came_from:
        node = pending.popleft()
        for following in successors[node]:
            if following not in came_from:
                came_from[following] = node
                pending.append(following)
    if end not in came_from:
        return []
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]
