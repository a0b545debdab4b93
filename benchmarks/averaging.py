"""Averaging: bytes per second beside numpy, PyTorch and Flower; memory by submissions; codecs.

Eight submissions of T5-small's shapes (60 million numbers), drawn at random. Ours are read from
memory-mapped files, the peers' lie in memory before the clock starts. All count the bytes of the
submissions.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.centralcloud.averaging.engine.aggregating import Part, tensors_aggregate
from apps.centralcloud.averaging.engine.aggregators import aggregator_of
from apps.centralcloud.averaging.engine.gram import gram_of
from apps.centralcloud.averaging.engine.windows import Windowed
from apps.shared.artifacts.engine.deltas import CODECS, difference_write
from apps.shared.artifacts.engine.weights import WeightsWriter, weights_open
from benchmarks.report import show
from tests.common.peers import flower_aggregate

SUBMISSIONS = 8
REPEATS = 3
MANY = (2, 8, 32, 128)
WIDTH, INNER, LAYERS, WORDS = 512, 2048, 6, 32_128
Arrays = dict[str, NDArray[Any]]


def shapes() -> dict[str, tuple[int, ...]]:
    """T5-small's: the shared embedding, and of each layer attention and feed-forward."""
    found: dict[str, tuple[int, ...]] = {"shared": (WORDS, WIDTH)}
    for side, attentions in (("encoder", 1), ("decoder", 2)):
        for layer in range(LAYERS):
            for attention in range(attentions):
                for name in "qkvo":
                    found[f"{side}.{layer}.{attention}.{name}"] = (WIDTH, WIDTH)
            found[f"{side}.{layer}.wi"] = (INNER, WIDTH)
            found[f"{side}.{layer}.wo"] = (WIDTH, INNER)
    return found


def write(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """A safetensors file."""
    with WeightsWriter(file, {name: array.shape for name, array in arrays.items()}) as writer:
        for name, array in arrays.items():
            writer.write(name, array)


def parts_of(files: Sequence[Path]) -> list[Part]:
    """Submissions as a round reads them."""
    window = files[0].stat().st_size // len(files)
    return [Part(Windowed(weights_open(file), window), 1 / len(files)) for file in files]


def rate(work: Callable[[], object], size: int, repeats: int = REPEATS) -> float:
    """GB/s of the best of a few runs: others only ever slow one down."""
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return size / best / 1e9


def ours(files: Sequence[Path], out: Path, name: str) -> None:
    """Read, aggregate, and write the model."""
    with WeightsWriter(out, shapes()) as writer:
        for tensor, numbers in tensors_aggregate(parts_of(files), aggregator=aggregator_of(name)):
            writer.write(tensor, numbers)


def read_only(files: Sequence[Path]) -> None:
    """Read and aggregate alone."""
    for _ in tensors_aggregate(parts_of(files)):
        pass


def torch_mean(models: Sequence[Arrays]) -> None:
    """PyTorch's fused multiply-add, in place."""
    import torch

    for name in models[0]:
        out = torch.zeros(models[0][name].shape)
        for model in models:
            out.add_(torch.from_numpy(model[name]), alpha=1 / len(models))


def numpy_mean(models: Sequence[Arrays]) -> None:
    """What anybody writes first."""
    for name in models[0]:
        np.mean([model[name] for model in models], axis=0)


def speed(folder: Path) -> dict[str, Any]:
    """GB/s of ours and of the peers."""
    files, models = [], []
    for seed in range(SUBMISSIONS):
        random = np.random.default_rng(seed)
        models.append({n: random.standard_normal(s, dtype=np.float32) for n, s in shapes().items()})
        files.append(folder / f"{seed}.safetensors")
        write(files[-1], models[-1])
    size = sum(file.stat().st_size for file in files)
    flower = flower_aggregate()
    given = [([*model.values()], 1) for model in models]
    out = folder / "out.safetensors"
    figures: dict[str, Any] = {
        "submissions, MB": size / 1e6,
        "ours: mean, GB/s": rate(lambda: read_only(files), size),
        "ours: mean, written to disk, GB/s": rate(lambda: ours(files, out, "weighted_mean"), size),
        "ours: trimmed mean, written, GB/s": rate(lambda: ours(files, out, "trimmed_mean"), size),
        "ours: median, written, GB/s": rate(lambda: ours(files, out, "coordinate_median"), size),
        "ours: all inner products (vetting), GB/s": rate(
            lambda: gram_of([part.tensors for part in parts_of(files)]), size
        ),
        "numpy mean in memory, GB/s": rate(lambda: numpy_mean(models), size),
        "torch add_ in memory, GB/s": rate(lambda: torch_mean(models), size),
        "Flower: mean in memory, GB/s": rate(lambda: flower.aggregate(given), size),
        "Flower: median in memory, GB/s": rate(lambda: flower.aggregate_median(given), size, 1),
        "Flower: trimmed mean in memory, GB/s": rate(
            lambda: flower.aggregate_trimmed_avg(given, 0.2), size, 1
        ),
    }
    best = max(value for name, value in figures.items() if " in memory" in name)
    figures["ours: mean, beside the fastest peer"] = figures["ours: mean, GB/s"] / best
    return figures


def memory(folder: Path) -> dict[str, Any]:
    """Peak MiB of a process that aggregates many submissions, beyond one that has none."""
    model = (folder / "0.safetensors").stat().st_size / 2**20
    empty = _peak(folder, 0)
    peaks = {count: _peak(folder, count) - empty for count in MANY}
    return {"one model, MiB": model} | {
        f"{count} submissions, models' worth of memory": peak / model
        for count, peak in peaks.items()
    }


def _peak(folder: Path, count: int) -> float:
    command = [sys.executable, "-m", "benchmarks.averaging", str(folder), str(count)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def aggregate_many(folder: Path, count: int) -> None:
    """Run in a process of its own: aggregate, and print the peak of resident memory in MiB."""
    files = [folder / f"{place % SUBMISSIONS}.safetensors" for place in range(count)]
    if files:
        gram_of([part.tensors for part in parts_of(files)])
        ours(files, folder / f"out-{count}.safetensors", "weighted_mean")
    # not getrusage: its peak counts the process that started this one
    status = Path("/proc/self/status").read_text()
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def codecs(folder: Path) -> dict[str, Any]:
    """Bytes that one submission takes, and what its codec loses of it."""
    base, trained = folder / "0.safetensors", folder / "trained.safetensors"
    random = np.random.default_rng(99)
    with weights_open(base) as weights, WeightsWriter(trained, shapes()) as writer:
        for name, shape in shapes().items():
            step = 0.01 * random.standard_normal(prod(shape), dtype=np.float32)
            writer.write(name, weights.array(name).reshape(-1) + step)
    figures: dict[str, Any] = {}
    for codec in CODECS:
        report = difference_write(base=base, trained=trained, out=folder / "d", codec=codec)
        figures[f"{codec}: MB of a submission"] = report.bytes / 1e6
        figures[f"{codec}: lost, of the L2 norm"] = report.error
    return figures


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        show("averaging: speed", speed(folder))
        show("averaging: memory", memory(folder))
        show("averaging: bytes by codec", codecs(folder))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        aggregate_many(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        main()
