"""The GPU rows of goals.md: T5 base in bf16 with a compiled graph, beside a plain ``Trainer``.

Takes the largest batch that fits, by halving. Without a GPU it runs small sizes on the CPU, which
shows that it runs and measures nothing of interest.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from apps.singularity.training.engine.process import is_out_of_memory
from apps.singularity.training.engine.spec import Spec
from benchmarks.report import show
from benchmarks.training import data_make, optimizers, throughput


def fitting(spec: Spec, rounds: int, steps: int) -> dict[str, Any]:
    """Throughput of both at the largest batch that both can hold."""
    while True:
        try:
            return throughput(spec, rounds, steps)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error) or spec.batch == 1:
                raise
        spec = replace(spec, batch=spec.batch // 2)
        torch.cuda.empty_cache()


def main() -> None:
    """Print two tables."""
    here = torch.cuda.is_available()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--package", default="django")
    parser.add_argument("--files", type=int, default=2000 if here else 60)
    parser.add_argument("--size", default="base" if here else "test")
    parser.add_argument("--vocabulary", type=int, default=32000 if here else 2048)
    parser.add_argument("--batch", type=int, default=128 if here else 4)
    parser.add_argument("--rounds", type=int, default=4 if here else 1)
    parser.add_argument("--steps", type=int, default=20 if here else 2)
    parser.add_argument("--minutes", type=float, default=2.0 if here else 0.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = data_make(Path(folder), options.package, options.files, options.vocabulary)
        spec = replace(made, size=options.size, batch=options.batch, device="auto")
        show("training on a GPU", fitting(spec, options.rounds, options.steps))
        if options.minutes:
            show("optimizers on a GPU", optimizers(spec, options.minutes))


if __name__ == "__main__":
    main()
