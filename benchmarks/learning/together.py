"""Local, aggregate and personalised models on four code bases, at equal local compute.

``aggregate``: each code base trains some steps from the common model, the differences are averaged
(federated averaging, sent by the codec that instances use), and so on, round after round.
``personalised`` is the last aggregate, tuned as many steps on one code base. ``local`` trains there
alone for as many steps as all of those together, and the best of its states counts. Every figure is
of held-out files that no model saw; ``pooled`` is over those of all code bases.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from apps.singularity.training.engine.corpus import manifest_read
from apps.singularity.training.engine.encoder.recipe import FEWEST_HELD_OUT, FEWEST_TRAIN
from apps.singularity.training.engine.spec import Spec
from benchmarks.learning.codebases import CODEBASES, corpora_make, vocabulary_make
from benchmarks.learning.process import Judged, judged, trained
from benchmarks.learning.rounds import Rule, mean_moved, mean_of
from benchmarks.report import show

METRICS = {"t5": "bits_per_byte", "encoder": "mrr_at_10"}
SIGN = {"t5": -1, "encoder": 1}
"""Whether more of the metric is better."""
Figures = dict[str, dict[str, float]]
"""A metric by model, by code base; ``POOLED`` is over all of them."""
POOLED = "pooled"


@dataclass(frozen=True, slots=True)
class Plan:
    """One kind's comparison.

    Args:
        rounds: of averaging.
        steps: of each code base in each round.
        rule: how differences become the next model.
        spec: what all processes are told.
    """

    kind: str
    rounds: int
    steps: int
    rule: Rule
    spec: Mapping[str, Any]


class Comparison:
    """One kind and seed over all code bases; as many processes of one thread as there are cores."""

    def __init__(self, plan: Plan, corpora: Mapping[str, Path], folder: Path, seed: int) -> None:
        self.plan, self.corpora, self.folder, self.seed = plan, corpora, folder, seed

    def run(self) -> Figures:
        """The metric of each model."""
        locals_ = self._each(self._local)
        aggregate = self.aggregate()
        tuned = self._each(partial(self._step, number=0, base=aggregate))
        models = {f"local {name}": bundle for name, bundle in locals_.items()}
        models |= {"aggregate": aggregate}
        seen = self._each(lambda name: self._judged(name, models | {"personalised": tuned[name]}))
        figures = {
            name: {"local": found[f"local {name}"].value}
            | {model: found[model].value for model in ("aggregate", "personalised")}
            for name, found in seen.items()
        }
        return figures | {POOLED: self._pooled(models, seen)}

    def _pooled(
        self, models: Mapping[str, Path], seen: Mapping[str, dict[str, Judged]]
    ) -> dict[str, float]:
        """The best local model beside the aggregate, on the held-out code of all."""
        pooled = {model: mean_over([found[model] for found in seen.values()]) for model in models}
        aggregate = pooled.pop("aggregate")
        sign = SIGN[self.plan.kind]
        return {"local": sign * max(sign * one for one in pooled.values()), "aggregate": aggregate}

    def _local(self, name: str) -> Path:
        """Trained alone; the best of its states on held-out code."""
        steps = (self.plan.rounds + 1) * self.plan.steps
        spec = replace(self._spec(name, "local"), steps=steps, evaluate_every=self.plan.steps)
        return trained(spec)

    def aggregate(self, first: Path | None = None) -> Path:
        """The model of the last round; the first one's submissions are whole models.

        Args:
            first: what came of the first round, where that is known.
        """
        model = first
        for number in range(2 if first else 1, self.plan.rounds + 1):
            bundles = self._each(partial(self._step, number=number, base=model))
            out = self.folder / f"aggregate-{number}"
            if model is None:
                model = mean_of(list(bundles.values()), out)
            else:
                model = mean_moved(model, bundles, out, self.plan.rule)
        if model is None:
            raise ValueError("no round makes no model")
        return model

    def pooled(self, model: Path) -> float:
        """The metric of a model on the held-out code of all."""
        seen = self._each(partial(self._judged, models={"aggregate": model}))
        return mean_over([found["aggregate"] for found in seen.values()])

    def _step(self, name: str, number: int, base: Path | None) -> Path:
        """One round at one code base; number 0 is no round: the tuning of the last aggregate."""
        spec = replace(self._spec(name, f"round-{number}"), steps=self.plan.steps)
        if base is None:
            return trained(spec)
        again = replace(spec, base=str(base), base_version=base.name, tokenizer="")
        return trained(replace(again, round_number=number))

    def _judged(self, name: str, models: dict[str, Path]) -> dict[str, Judged]:
        return judged(self._spec(name, "judged"), models, METRICS[self.plan.kind])

    def _each(self, work: Callable[[str], Any]) -> dict[str, Any]:
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            return dict(zip(self.corpora, pool.map(work, self.corpora), strict=True))

    def _spec(self, name: str, run: str) -> Spec:
        """What every process of a code base is told."""
        return Spec(
            kind=self.plan.kind,  # type: ignore[arg-type]  # one of two words
            corpus=self.corpora[name],
            run=self.folder / name / run,
            version=f"{name}_{run}",
            seed=self.seed,
            threads=1,
            checkpoint_every=0,
            **self.plan.spec,
        )


def mean_over(parts: Sequence[Judged]) -> float:
    """A metric over the held-out code of several code bases, by how much there is of each."""
    return sum(one.value * one.examples for one in parts) / sum(one.examples for one in parts)


def rows_of(kind: str, seeds: Sequence[Figures]) -> dict[str, float | str]:
    """Means and deviations over seeds, gains, and how often what is served wins."""
    rows: dict[str, float | str] = {}
    for name in seeds[0]:
        for model in seeds[0][name]:
            values = [seed[name][model] for seed in seeds]
            spread = statistics.stdev(values) if len(values) > 1 else 0.0
            rows[f"{name} {model}"] = f"{statistics.mean(values):.3f} ± {spread:.3f}"
    own = [seed[name] for seed in seeds for name in seed if name != POOLED]
    pooled = [seed[POOLED] for seed in seeds]
    rows |= _won(kind, own, "aggregate") | _won(kind, own, "personalised")
    rows |= _won(kind, [cell | {"served": _best(kind, cell)} for cell in own], "served")
    return rows | {
        f"pooled {name}": value for name, value in _won(kind, pooled, "aggregate").items()
    }


def _won(kind: str, cells: Sequence[Mapping[str, float]], model: str) -> dict[str, float | str]:
    gains = [SIGN[kind] * (cell[model] / cell["local"] - 1) for cell in cells]
    return {
        f"{model} better than local, mean": statistics.mean(gains),
        f"{model} better than local, wins": f"{sum(gain > 0 for gain in gains)} of {len(gains)}",
    }


def _best(kind: str, cell: Mapping[str, float]) -> float:
    return SIGN[kind] * max(SIGN[kind] * value for value in cell.values())


def with_enough_pairs(corpora: Mapping[str, Path]) -> dict[str, Path]:
    """Code bases whose functions are documented often enough to tune an encoder."""
    pairs = {name: manifest_read(corpus).pairs for name, corpus in corpora.items()}
    least = {"train": FEWEST_TRAIN, "held_out": FEWEST_HELD_OUT}
    return {
        name: corpora[name]
        for name, count in pairs.items()
        if all(count[part] >= fewest for part, fewest in least.items())
    }


def main() -> None:
    """Print the figures of each kind."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kinds", nargs="*", default=list(METRICS), choices=list(METRICS))
    parser.add_argument("--codebases", nargs="*", default=list(CODEBASES), choices=list(CODEBASES))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--rounds", type=int, default=10, help="of T5s")
    parser.add_argument("--steps", type=int, default=30, help="of T5s in each round")
    parser.add_argument("--kilobytes", type=int, default=240, help="of code for a T5; 0: all")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for kind in options.kinds:
            folder = Path(temporary) / kind
            cut = options.kilobytes if kind == "t5" else 0
            corpora = corpora_make(options.codebases, folder / "corpora", cut)
            plan = t5_plan(options, corpora, folder) if kind == "t5" else ENCODER
            if kind == "encoder":
                corpora = with_enough_pairs(corpora)
            seeds = []
            for seed in options.seeds:
                seeds.append(Comparison(plan, corpora, folder / str(seed), seed).run())
                print(json.dumps({"kind": kind, "seed": seed, **seeds[-1]}), flush=True)
            show(f"learning together: {kind}, {METRICS[kind]}", rows_of(kind, seeds))


ENCODER = Plan("encoder", rounds=2, steps=12, rule=Rule(), spec={})


def t5_plan(options: argparse.Namespace, corpora: Mapping[str, Path], folder: Path) -> Plan:
    """T5s over a vocabulary that is made of the words of these code bases."""
    vocabulary = vocabulary_make(list(corpora.values()), folder / "vocabulary")
    spec = {"tokenizer": str(vocabulary)}
    return Plan("t5", options.rounds, options.steps, Rule(), spec)


if __name__ == "__main__":
    main()
