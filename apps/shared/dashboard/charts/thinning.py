"""Fewer points that look like all of them."""

from __future__ import annotations

from collections.abc import Sequence

Place = tuple[float, float]


def thinned(points: Sequence[Place], most: int) -> list[Place]:
    """At most ``most`` points (3 or more) of an ordered line, with its ends, peaks and dips.

    Largest-Triangle-Three-Buckets (Steinarsson 2013, "Downsampling Time Series for Visual
    Representation", section 4.2): of each bucket the point that spans the largest triangle with
    the one kept before and the mean of the next bucket.
    """
    if len(points) <= most:
        return list(points)
    size = (len(points) - 2) / (most - 2)
    edges = [1 + int(number * size) for number in range(most - 1)]
    kept = [points[0]]
    for number in range(most - 2):
        ahead = points[edges[number + 1] : edges[number + 2]] if number < most - 3 else points[-1:]
        kept.append(_widest(points[edges[number] : edges[number + 1]], kept[-1], _mean(ahead)))
    return [*kept, points[-1]]


def _widest(bucket: Sequence[Place], before: Place, after: Place) -> Place:
    return max(bucket, key=lambda point: _area(before, point, after))


def _area(a: Place, b: Place, c: Place) -> float:
    return abs((a[0] - c[0]) * (b[1] - a[1]) - (a[0] - b[0]) * (c[1] - a[1]))


def _mean(points: Sequence[Place]) -> Place:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
