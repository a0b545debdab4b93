"""A round as the fleet makes it: differences written by a codec, added up, put on the base."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from apps.centralcloud.averaging.engine.aggregating import Part, tensors_aggregate
from apps.centralcloud.averaging.engine.tensors import Tensors
from apps.shared.artifacts.engine.deltas import difference_open, difference_write
from apps.shared.artifacts.engine.weights import WeightsWriter, shapes_of, weights_open

WEIGHTS = "model.safetensors"


def mean_of(bundles: Sequence[Path], out: Path) -> Path:
    """The mean of whole models: how the first round ends."""
    with ExitStack() as opened:
        parts = [opened.enter_context(weights_open(bundle / WEIGHTS)) for bundle in bundles]
        return _written(bundles[0], out, parts, None)


def mean_moved(base: Path, trained: Mapping[str, Path], out: Path, codec: str) -> Path:
    """``base`` and the mean of the differences of what was trained from it.

    What the codec loses of each one's difference stays beside ``out`` and goes with its next.
    """
    with ExitStack() as opened:
        parts = []
        for name, bundle in trained.items():
            sent, residual = out.parent / f"{name}.difference", out.parent / f"{name}.residual"
            before = residual if residual.exists() else None
            after = residual.with_suffix(".new")
            difference_write(
                base=base / WEIGHTS, trained=bundle / WEIGHTS, out=sent, codec=codec,
                residual_in=before, residual_out=after,
            )  # fmt: skip
            after.replace(residual)
            parts.append(opened.enter_context(difference_open(sent)))
        return _written(base, out, parts, opened.enter_context(weights_open(base / WEIGHTS)))


def _written(like: Path, out: Path, parts: Sequence[Tensors], base: Tensors | None) -> Path:
    """The aggregate as a bundle that has all else from ``like``."""
    shutil.copytree(like, out, ignore=shutil.ignore_patterns(WEIGHTS))
    shares = [Part(part, 1 / len(parts)) for part in parts]
    with WeightsWriter(out / WEIGHTS, shapes_of(like / WEIGHTS)) as writer:
        for name, numbers in tensors_aggregate(shares, base=base):
            writer.write(name, numbers)
    return out
