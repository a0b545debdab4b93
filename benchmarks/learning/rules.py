"""What a codec costs, and what an outer step gains: aggregates of the same rounds by each rule.

T5s on four small code bases, bits per byte on the held-out code of all. The first round, of whole
models, is the same for all rules.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.learning.codebases import CODEBASES, corpora_make, vocabulary_make
from benchmarks.learning.rounds import Rule
from benchmarks.learning.together import Comparison, Plan
from benchmarks.report import show

RULES = {
    "fp32": Rule("fp32"),
    "int8": Rule("int8"),
    "int4": Rule("int4"),
    "outer step of .7, momentum .9": Rule("fp32", 0.7, 0.9),
    "outer step of .7, momentum .5": Rule("fp32", 0.7, 0.5),
    "outer step of 1, momentum .3": Rule("fp32", 1.0, 0.3),
}


def main() -> None:
    """Print the pooled figure of each rule."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rules", nargs="*", default=list(RULES), choices=list(RULES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--kilobytes", type=int, default=240)
    options = parser.parse_args()
    rows: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        corpora = corpora_make(list(CODEBASES), folder / "corpora", options.kilobytes)
        vocabulary = vocabulary_make(list(corpora.values()), folder / "vocabulary")
        spec = {"tokenizer": str(vocabulary)}
        first: Path | None = None
        for number, name in enumerate(options.rules):
            plan = Plan("t5", options.rounds, options.steps, RULES[name], spec)
            comparison = Comparison(plan, corpora, folder / str(number), seed=0)
            last = comparison.aggregate(first)
            first = first or folder / str(number) / "aggregate-1"
            rows[name] = comparison.pooled(last)
            print(f"{name}: {rows[name]:.4f}", flush=True)
    show("rules of averaging: bits per byte", rows)


if __name__ == "__main__":
    main()
