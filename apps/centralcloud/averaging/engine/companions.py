"""The files of a bundle beside its weights: what most submissions have alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

VERIFIED = ("config.json", "tokenizer.json")
"""Files that a family's digests cover: any submission's says the same of the computation."""


def files_chosen(
    bundles: Sequence[Mapping[str, str]], *, without: Collection[str]
) -> dict[str, int]:
    """Which bundle to take each file from: the first that has it as more than half have it.

    So no submission alone decides what is handed on. Of verified files, which may differ in what
    changes nothing, the most frequent one is taken, and of as frequent ones the smallest digest.

    Args:
        bundles: paths to digests, of each submission.
        without: paths that are left out.
    """
    votes: dict[str, Counter[str]] = {}
    for bundle in bundles:
        for path, digest in bundle.items():
            if path not in without:
                votes.setdefault(path, Counter())[digest] += 1
    chosen = {}
    for path, counter in sorted(votes.items()):
        digest, count = min(counter.items(), key=lambda one: (-one[1], one[0]))
        if count * 2 > len(bundles) or path.rpartition("/")[2] in VERIFIED:
            chosen[path] = next(n for n, one in enumerate(bundles) if one.get(path) == digest)
    return chosen
