"""Local, aggregate and personalised models on four code bases, at equal local compute.

``aggregate``: each code base trains some steps from the common model, the results are averaged
(federated averaging), and so on, round after round. ``personalised`` is the last aggregate, tuned
one round further on one code base. ``local`` trains there alone for as many steps as those rounds
have together. Every figure is of held-out files that no model saw; ``pooled`` is over those of all.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from apps.centralcloud.averaging.engine.aggregating import Part, tensors_aggregate
from apps.shared.artifacts.engine.weights import WeightsWriter, shapes_of, weights_open
from apps.singularity.training.engine.spec import Spec
from benchmarks.learning.codebases import CODEBASES, corpora_make, vocabulary_make
from benchmarks.learning.process import judged, trained
from benchmarks.report import show

WEIGHTS = "model.safetensors"
METRICS = {"t5": "bits_per_byte", "encoder": "mrr_at_10"}
MORE_IS_BETTER = {"encoder"}


@dataclass(frozen=True, slots=True)
class Plan:
    """One kind's comparison.

    Args:
        rounds: of averaging.
        steps: of each code base in each round.
        rates: peak learning rate of each round; the local model has the first one.
    """

    kind: str
    rounds: int
    steps: int
    rates: Sequence[float]
    spec: Mapping[str, object]


def average(bundles: Sequence[Path], out: Path) -> Path:
    """The mean of models, as a bundle like the first."""
    shutil.copytree(bundles[0], out, ignore=shutil.ignore_patterns(WEIGHTS))
    opened = [weights_open(bundle / WEIGHTS) for bundle in bundles]
    parts = [Part(weights, 1 / len(opened)) for weights in opened]
    dtypes = {name: opened[0].dtype(name) for name in opened[0].names()}
    shapes = shapes_of(bundles[0] / WEIGHTS)
    with WeightsWriter(out / WEIGHTS, shapes, dtypes=dtypes) as writer:
        for name, numbers in tensors_aggregate(parts):
            writer.write(name, numbers)
    for weights in opened:
        weights.close()
    return out


class Comparison:
    """One kind and seed over all code bases."""

    def __init__(self, plan: Plan, corpora: Mapping[str, Path], folder: Path, seed: int) -> None:
        self.plan, self.corpora, self.folder, self.seed = plan, corpora, folder, seed

    def run(self) -> dict[str, dict[str, float]]:
        """The metric of each model, by code base."""
        aggregate = self.aggregate()
        figures = {}
        for name in self.corpora:
            models = {
                "local": self.local(name),
                "aggregate": aggregate,
                "personalised": self.step(name, self.plan.rounds, aggregate),
            }
            spec = self.spec(name, "judged")
            figures[name] = judged(spec, models, METRICS[self.plan.kind])
        return figures

    def local(self, name: str) -> Path:
        """Trained alone; the best of its states on held-out code."""
        steps = (self.plan.rounds + 1) * self.plan.steps
        spec = replace(self.spec(name, "local"), steps=steps, rate=self.plan.rates[0])
        return trained(replace(spec, evaluate_every=self.plan.steps))

    def aggregate(self) -> Path:
        """The model of the last round."""
        model: Path | None = None
        for number in range(self.plan.rounds):
            bundles = [self.step(name, number, model) for name in self.corpora]
            model = average(bundles, self.folder / f"aggregate-{number}")
        assert model is not None
        return model

    def step(self, name: str, number: int, base: Path | None) -> Path:
        """One round at one code base."""
        rate = self.plan.rates[min(number, len(self.plan.rates) - 1)]
        spec = replace(self.spec(name, f"round-{number}"), steps=self.plan.steps, rate=rate)
        return trained(replace(spec, base=str(base) if base else spec.base))

    def spec(self, name: str, run: str) -> Spec:
        """What every process of a code base is told."""
        return Spec(
            kind=self.plan.kind,  # type: ignore[arg-type]
            corpus=self.corpora[name],
            run=self.folder / name / run,
            version=f"{name}_{run}",
            seed=self.seed,
            checkpoint_every=0,
            **self.plan.spec,  # type: ignore[arg-type]
        )


def rows_of(kind: str, seeds: Sequence[dict[str, dict[str, float]]]) -> dict[str, float | str]:
    """Means over seeds, gains, and how often the aggregate and the best of both win."""
    sign = 1 if kind in MORE_IS_BETTER else -1
    rows: dict[str, float | str] = {}
    for name in seeds[0]:
        for model in seeds[0][name]:
            rows[f"{name} {model}"] = round(statistics.mean(s[name][model] for s in seeds), 4)
    for model in ("aggregate", "personalised"):
        gains = [sign * (s[n][model] / s[n]["local"] - 1) for s in seeds for n in s]
        rows[f"{model} better than local, mean"] = round(statistics.mean(gains), 4)
        rows[f"{model} better than local, wins"] = f"{sum(g > 0 for g in gains)} of {len(gains)}"
    best = [max(sign * s[n][m] for m in s[n]) > sign * s[n]["local"] for s in seeds for n in s]
    rows["served better than local"] = f"{sum(best)} of {len(best)}"
    return rows


def main() -> None:
    """Print the figures of each kind."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kinds", nargs="*", default=list(METRICS), choices=list(METRICS))
    parser.add_argument("--codebases", nargs="*", default=list(CODEBASES), choices=list(CODEBASES))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rate", type=float, default=0.03)
    parser.add_argument("--last-rate", type=float, default=0.01)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        corpora = corpora_make(options.codebases, folder / "corpora")
        vocabulary = vocabulary_make(list(corpora.values()), folder / "vocabulary")
        rates = falling(options.rate, options.last_rate, options.rounds + 1)
        plans = {
            "t5": Plan("t5", options.rounds, options.steps, rates, {"tokenizer": str(vocabulary)}),
            "encoder": Plan("encoder", 2, 12, (0.0,), {}),
        }
        for kind in options.kinds:
            seeds = []
            for seed in range(options.seeds):
                seeds.append(
                    Comparison(plans[kind], corpora, folder / kind / str(seed), seed).run()
                )
                print(json.dumps({"kind": kind, "seed": seed, **seeds[-1]}), flush=True)
            show(f"learning together: {kind}, {METRICS[kind]}", rows_of(kind, seeds))


def falling(first: float, last: float, count: int) -> tuple[float, ...]:
    """Peak rates of rounds, geometrically from the first to the last."""
    return tuple(first * (last / first) ** (n / max(count - 1, 1)) for n in range(count))


if __name__ == "__main__":
    main()
