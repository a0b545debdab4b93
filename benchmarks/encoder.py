"""What tuning brings to search: on the own code, on unseen code, and as an average of encoders.

Each package is split as a code base is (by file, near duplicates together); an encoder is tuned
on each and all are judged on held-out functions of all packages, the unseen one among them.
MRR@10 as ``search_quality`` has it, by vectors alone. The rate was chosen on scipy and networkx.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from apps.singularity.training.engine.corpus import CorpusText, Manifest, Pair, corpus_write
from apps.singularity.training.engine.spec import Spec
from benchmarks.documentation_sets import questions
from benchmarks.report import show

TUNED = ("django", "sqlalchemy")
UNSEEN = ("transformers",)
MOST_PAIRS = 6000
START, MEAN = "start", "mean"
COMMAND = [sys.executable, "-m", "apps.singularity.training.engine"]

Scores = dict[str, dict[str, float]]
"""MRR@10 by package and model."""


def package_corpus(package: str, folder: Path) -> Manifest:
    """The documented functions of an installed package, as a corpus."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"package {package} is not installed: install it or leave it out")
    root = Path(spec.submodule_search_locations[0]).parent
    asked = questions(package, MOST_PAIRS)
    texts = {
        path: CorpusText.of(
            language="python", text=(root / path).read_text(encoding="utf-8", errors="replace")
        )
        for path in {question.path for question in asked}
    }
    pairs = (
        Pair(
            query=question.sentence,
            code=question.content,
            name=question.symbol.rpartition(".")[2],
            digest=texts[question.path].digest,
            language="python",
            symbol_kind=question.kind,
        )
        for question in asked
    )
    return corpus_write(folder, texts.values(), pairs)


def process(spec: Spec) -> list[dict[str, Any]]:
    """Run a training process to its end; its events."""
    spec.run.mkdir(parents=True, exist_ok=True)
    spec.write(spec.run / "spec.json")
    done = subprocess.run(
        [*COMMAND, str(spec.run / "spec.json")],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        raise SystemExit(events[-1].get("reason") if events else done.stderr[-500:])
    return events


def average(bundles: Sequence[Path], folder: Path) -> Path:
    """The equally weighted mean of bundles of one family."""
    weights = [load_file(bundle / "model.safetensors") for bundle in bundles]
    mean = {name: np.mean([one[name] for one in weights], axis=0) for name in weights[0]}
    subprocess.run(["cp", "-r", str(bundles[0]), str(folder)], check=True)
    save_file(mean, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def judged(work: Path, packages: Sequence[str], models: Mapping[str, str]) -> Scores:
    """Each model on each package's held-out functions."""
    scores: Scores = {}
    for package in packages:
        spec = Spec(
            kind="encoder", task="evaluate", corpus=work / package, run=work / "judging",
            models=dict(models),
        )  # fmt: skip
        scores[package] = {
            event["name"]: event["metrics"]["mrr_at_10"]
            for event in process(spec)
            if event["event"] == "compared"
        }
    return scores


def one_seed(work: Path, options: argparse.Namespace, seed: int) -> Scores:
    """Tune on each package, average, judge all."""
    spec = Spec(
        kind="encoder", corpus=work, run=work, steps=options.steps, seed=seed,
        evaluate_every=options.steps // 2,
    )  # fmt: skip
    bundles = {}
    for package in options.packages:
        run = work / f"{package}-{seed}"
        process(replace(spec, corpus=work / package, run=run))
        bundles[package] = run / "bundle"
    mean = average(list(bundles.values()), work / f"mean-{seed}")
    models = {START: "", **{name: str(path) for name, path in bundles.items()}, MEAN: str(mean)}
    return judged(work, [*options.packages, *options.unseen], models)


def figures(runs: Sequence[Scores], tuned: Sequence[str]) -> dict[str, float]:
    """Mean over seeds of each model's MRR@10, and what the goals are about."""
    rows: dict[str, float] = {}
    packages, models = list(runs[0]), list(runs[0][next(iter(runs[0]))])

    def over_seeds(package: str, model: str) -> float:
        return statistics.fmean(run[package][model] for run in runs)

    for package in packages:
        for model in models:
            rows[f"{package}: {model}"] = round(over_seeds(package, model), 4)
    gains = [over_seeds(name, name) - over_seeds(name, START) for name in tuned]
    rows["gain on the own code"] = round(statistics.fmean(gains), 4)
    unseen = [name for name in packages if name not in tuned]
    if unseen:
        gains = [over_seeds(p, m) - over_seeds(p, START) for p in unseen for m in tuned]
        rows["gain on unseen code"] = round(statistics.fmean(gains), 4)
    whole = {model: statistics.fmean(over_seeds(p, model) for p in packages) for model in models}
    rows["average, all packages"] = round(whole[MEAN], 4)
    rows["best single, all packages"] = round(max(whole[name] for name in tuned), 4)
    return rows


def main() -> None:
    """Print MRR@10 of every model on every package."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--packages", nargs="*", default=list(TUNED), help="to tune on")
    parser.add_argument("--unseen", nargs="*", default=list(UNSEEN), help="to judge on alone")
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        rows: dict[str, Any] = {}
        for package in [*options.packages, *options.unseen]:
            made = package_corpus(package, work / package)
            rows[f"{package}: pairs to learn from, held out"] = (
                f"{made.pairs['train']:,}, {made.pairs['held_out']:,}"
            )
        runs = [one_seed(work, options, seed) for seed in range(options.seeds)]
    show("encoder", rows | figures(runs, options.packages))


if __name__ == "__main__":
    main()
