"""Are architecture patterns told right? Precision, recall and F1 over a labelled table.

Micro-averaged over all labels of all code bases (Manning et al., "Introduction to Information
Retrieval", 2008, section 13.6). Held-out entries were not looked at when definitions were written.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from apps.singularity.patterns.engine.architecture import (
    Detection,
    detect,
    load_definitions,
)
from benchmarks.architecture_trees import evidence_of, labels, synthetic, texts_of
from benchmarks.packages import NotFetched, package
from benchmarks.report import show

GOAL = 0.85


class Score:
    """Counts of labels told right, told wrongly and missed."""

    def __init__(self) -> None:
        self.right, self.wrong, self.missed = 0, 0, 0

    def add(self, wanted: Iterable[str], told: Iterable[str]) -> None:
        """Take in one code base."""
        true, said = set(wanted), set(told)
        self.right += len(true & said)
        self.wrong += len(said - true)
        self.missed += len(true - said)

    @property
    def figures(self) -> tuple[float, float, float]:
        """Precision, recall, F1."""
        precision = self.right / max(self.right + self.wrong, 1)
        recall = self.right / max(self.right + self.missed, 1)
        return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def told(entry: dict[str, Any]) -> tuple[Detection, ...]:
    """What is detected in the code base of an entry; raises NotFetched."""
    source, *named = entry["source"].split()
    is_own = source == "synthetic"
    texts = synthetic(entry["name"]) if is_own else texts_of(package(source, *named))
    return detect(load_definitions(), evidence_of(texts))


def main() -> None:
    """Print the figures of both splits, and what was told wrongly or missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--split", choices=["dev", "held_out"])
    parser.add_argument("--only", nargs="*", help="names of entries")
    options = parser.parse_args()
    scores: dict[str, Score] = {}
    misses: Counter[str] = Counter()
    left_out = 0
    started = time.perf_counter()
    for entry in labels():
        if (options.split or entry["split"]) != entry["split"]:
            continue
        if options.only and entry["name"] not in options.only:
            continue
        try:
            found = told(entry)
        except NotFetched as error:
            left_out += 1
            print(f"{entry['name']} is left out: {error}")
            continue
        kind = "synthetic" if entry["source"] == "synthetic" else "packages"
        for group in (entry["split"], f"{entry['split']} {kind}"):
            scores.setdefault(group, Score()).add(entry["labels"], (d.key for d in found))
        misses.update(_report(entry, found))
    rows: dict[str, float | int] = {"code bases left out": left_out}
    for group, score in sorted(scores.items()):
        for name, value in zip(("precision", "recall", "F1"), score.figures, strict=True):
            rows[f"{group} {name}"] = round(value, 3)
    print("\nby pattern:", ", ".join(f"{key} {count}" for key, count in misses.most_common()))
    show("architecture quality", {**rows, "seconds": round(time.perf_counter() - started, 1)})


def _report(entry: dict[str, Any], found: tuple[Detection, ...]) -> list[str]:
    """Print what is wrong with one entry; the patterns that are."""
    said = {detection.key: detection for detection in found}
    wrong = [f"+{key} {said[key].confidence:.2f}" for key in said if key not in entry["labels"]]
    missed = [f"-{key}" for key in entry["labels"] if key not in said]
    if wrong or missed:
        print(f"{entry['split']:<9}{entry['name']:<36}{'  '.join([*missed, *wrong])}")
    return [text.split()[0] for text in (*missed, *wrong)]


if __name__ == "__main__":
    main()
