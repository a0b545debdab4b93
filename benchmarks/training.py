"""T5 training beside Hugging Face's plain ``Trainer``: tokens per second, MFU, and optimizers.

Same weights, same rows of tokens, same AdamW and clipping, same cores; rounds alternate, so that
both meet the same noise, and the best round of each counts. Optimizers are then compared at equal
time, in bits per byte on held-out code.
"""

import argparse
import io
import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import nn

from apps.singularity.training.engine.corpus import CorpusText, corpus_write
from apps.singularity.training.engine.devices import Device, device_pick, matmul_peak, synchronize
from apps.singularity.training.engine.optimizers import optimizer_for
from apps.singularity.training.engine.spec import Optimizer, Spec
from apps.singularity.training.engine.t5.batches import Spans
from apps.singularity.training.engine.t5.learner import T5Learner
from apps.singularity.training.engine.t5.model import TABLES, model_fresh
from apps.singularity.training.engine.t5.recipe import Recipe, recipe_of
from apps.singularity.training.engine.t5.size import model_flops
from apps.singularity.training.engine.t5.training import files_read, train
from apps.singularity.training.engine.t5.vocabulary import Vocabulary, vocabulary_open
from apps.singularity.training.engine.vocabulary import train as vocabulary_train
from benchmarks.report import show

RATE = 1e-3
Steps = Callable[[int], float]
"""Takes so many steps; the seconds that they took."""
_PEER = "Trainer"


def data_make(folder: Path, package: str, files: int, size: int) -> Spec:
    """A corpus of an installed package's files and a vocabulary for it."""
    place = find_spec(package)
    if place is None or place.origin is None:
        raise SystemExit(f"pip install {package}")
    found = sorted(Path(place.origin).parent.rglob("*.py"))
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in islice(found, files)]
    kept = [CorpusText.of(language="python", text=text) for text in texts if len(text) > 200]
    corpus_write(folder / "corpus", kept, [])
    spec = Spec(
        kind="vocabulary", corpus=folder / "corpus", run=folder / "words", vocabulary_size=size
    )
    spec.run.mkdir()
    with redirect_stdout(io.StringIO()):
        vocabulary_train(spec, spec.corpus)
    return replace(
        spec, kind="t5", run=folder / "run", tokenizer=str(folder / "words/bundle"), steps=1
    )


class Rounds:
    """Both ways of training the same model on the same rows.

    Args:
        spec: size, batch, length, threads and device.
    """

    def __init__(self, spec: Spec) -> None:
        self.recipe: Recipe = recipe_of(spec)
        self.device: Device = device_pick(spec)
        self.vocabulary: Vocabulary = vocabulary_open(Path(spec.tokenizer))
        self.spans = Spans(
            files_read(spec.corpus, self.vocabulary),
            self.vocabulary,
            length=self.recipe.length,
            batch=self.recipe.batch,
            seed=0,
        )

    def model(self) -> Any:
        """The same weights each time."""
        if self.recipe.size is None:
            raise SystemExit("a size is needed")
        model: Any = model_fresh(self.recipe.size, self.vocabulary)
        return model.to(self.device.torch)

    def ours(self) -> Steps:
        """Steps as a run makes them, without judging and checkpoints; rows are made on the way."""
        model = self.model()
        learner = T5Learner(
            model,
            vocabulary=self.vocabulary,
            batches=self.spans,
            windows=[],
            pairs=([], 0),
            device=self.device,
            identity={},
        )
        adamw = optimizer_for(
            model, name="adamw", rate=RATE, fused=self.device.is_cuda, not_muon=TABLES
        )

        def steps(count: int) -> float:
            synchronize(self.device)
            start = time.perf_counter()
            for step in range(count):
                learner.learn(step)
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                adamw.step(1.0)
            synchronize(self.device)
            return time.perf_counter() - start

        return steps

    def peer(self) -> Steps:
        """``Trainer`` with its own AdamW, loader, autocast and loop, by its own clock.

        The rows are made before, and what it takes to set one up is not counted.
        """
        from transformers import Trainer, TrainingArguments

        model = self.model()

        def steps(count: int) -> float:
            rows = [
                {"input_ids": torch.from_numpy(source), "labels": torch.from_numpy(target)}
                for batch in map(self.spans.at, range(count))
                for source, target in zip(batch.sources, batch.targets, strict=True)
            ]
            arguments = TrainingArguments(
                output_dir=tempfile.mkdtemp(),
                per_device_train_batch_size=self.recipe.batch,
                max_steps=count,
                learning_rate=RATE,
                use_cpu=not self.device.is_cuda,
                bf16=self.device.is_cuda,
                save_strategy="no",
                report_to=[],
                disable_tqdm=True,
                logging_strategy="no",
            )
            done = Trainer(model, arguments, train_dataset=rows).train()
            return float(done.metrics["train_runtime"])

        return steps


def throughput(spec: Spec, rounds: int, steps: int) -> dict[str, Any]:
    """Tokens per second of both, their ratio, and our MFU."""
    both = Rounds(spec)
    batch = both.spans.at(0)
    ways = {"ours": both.ours(), _PEER: both.peer()}
    best = dict.fromkeys(ways, float("inf"))
    for way in ways.values():
        way(2)
    peaks = []
    for _ in range(rounds):
        matmul_peak.cache_clear()
        peaks.append(matmul_peak(both.device))
        for name, way in ways.items():
            best[name] = min(best[name], way(steps))
    tokens = steps * (batch.sources.size + batch.targets.size)
    flops = len(batch) * model_flops(both.model().config, *_lengths(batch)) * steps
    rows: dict[str, Any] = {"size": spec.size, "device": both.device.name}
    rows |= {"threads": both.device.threads, "batch": f"{len(batch)} x {batch.sources.shape[1]}"}
    rows |= {f"{name} tokens per second": tokens / spent for name, spent in best.items()}
    rows |= {"ratio": best[_PEER] / best["ours"], "matmul peak, GFLOP/s": max(peaks) / 1e9}
    rows |= {f"{name} MFU": flops / spent / max(peaks) for name, spent in best.items()}
    return rows


def optimizers(spec: Spec, minutes: float) -> dict[str, Any]:
    """Bits per byte after the same time, from the same weights, each at its own default rate."""
    rows: dict[str, Any] = {"size": spec.size, "minutes": minutes}
    names: tuple[Optimizer, ...] = ("muon", "adamw", "adafactor")
    for name in names:
        run = spec.run / name
        timed = replace(spec, run=run, optimizer=name, minutes=minutes, steps=0, checkpoint_every=0)
        with redirect_stdout(io.StringIO()) as said:
            train(timed, timed.corpus)
        rows |= _told(name, said.getvalue())
    return rows


def _told(name: str, said: str) -> dict[str, Any]:
    """What a run's events tell."""
    events = [json.loads(line) for line in said.splitlines()]
    done = next(event for event in events if event["event"] == "done")
    steps = max(event["step"] for event in events if event["event"] == "progress")
    return {
        f"{name} bits per byte": done["metrics"]["bits_per_byte"],
        f"{name} steps": steps,
        "bits per byte before": done["before"]["bits_per_byte"],
    }


def _lengths(batch: Any) -> tuple[int, int]:
    return batch.sources.shape[1], batch.targets.shape[1]


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--package", default="django")
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--vocabulary", type=int, default=8192)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=1.5, help="of each optimizer; 0: none")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = data_make(Path(folder), options.package, options.files, options.vocabulary)
        spec = replace(made, size=options.size, threads=options.threads, device="cpu")
        show("training throughput", throughput(spec, options.rounds, options.steps))
        if options.minutes:
            show("training optimizers", optimizers(spec, options.minutes))


if __name__ == "__main__":
    main()
