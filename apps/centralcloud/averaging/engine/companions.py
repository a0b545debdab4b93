"""The files of a bundle beside its weights: what most submissions have alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence


def majority_of(
    bundles: Sequence[Mapping[str, str]], *, without: Collection[str]
) -> dict[str, int]:
    """Which bundle to take each file from: the first that has what more than half have.

    So no submission alone decides what a configuration or a tokenizer says.

    Args:
        bundles: paths to digests, of each submission.
        without: paths that are left out.
    """
    votes = Counter(pair for bundle in bundles for pair in bundle.items() if pair[0] not in without)
    chosen = {path: digest for (path, digest), count in votes.items() if count * 2 > len(bundles)}
    return {
        path: next(place for place, one in enumerate(bundles) if one.get(path) == digest)
        for path, digest in sorted(chosen.items())
    }
