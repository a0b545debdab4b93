"""The difference between a trained model and its base, compressed with error feedback.

What a codec loses in one round is kept in a residual file and added to the next difference, so
that over the rounds nothing is lost. Sources: Seide et al., "1-Bit Stochastic Gradient Descent"
(2014), section 2; Karimireddy et al., "Error Feedback Fixes SignSGD" (2019), algorithm 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from apps.shared.artifacts.engine.codecs import CODECS, Codec, steps_of
from apps.shared.artifacts.engine.difference import (
    Difference,
    difference_metadata,
    difference_open,
    steps_name,
)
from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.header import Shape
from apps.shared.artifacts.engine.mapped import Weights, weights_open
from apps.shared.artifacts.engine.numbers import FLOATS, Floats
from apps.shared.artifacts.engine.writer import WeightsWriter

__all__ = ["CODECS", "Difference", "DifferenceReport", "difference_open", "difference_write"]
WEIGHTS = "model.safetensors"
PART = 64 * 1024
"""Numbers at once, whole blocks: they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class DifferenceReport:
    """``bytes`` of the file; ``error``: what was lost, relative to the whole in the L2 norm."""

    bytes: int
    error: float


def difference_write(
    *,
    base: Path,
    trained: Path,
    out: Path,
    codec: str,
    residual_in: Path | None = None,
    residual_out: Path | None = None,
) -> DifferenceReport:
    """Write ``trained - base + residual_in`` by ``codec``, and what that lost to ``residual_out``.

    ``base`` and ``trained`` are safetensors files, or bundles with a ``model.safetensors``. Only
    tensors of floating-point numbers have a difference; the others must be equal. Memory does not
    grow with the model. ``residual_in`` and ``residual_out`` may be the same file.

    Raises:
        ArtifactError: the models are not of one architecture, or a tensor has NaN or infinity.
    """
    if codec not in CODECS:
        raise ArtifactError(f"There is no codec {codec!r}: choose of {', '.join(CODECS)}.")
    with ExitStack() as opened:
        before, after = (opened.enter_context(weights_open(_file(one))) for one in (base, trained))
        shapes = _shapes(before, after)
        residual = opened.enter_context(weights_open(residual_in)) if residual_in else None
        if residual is not None and _kinds(residual) != {n: ("F32", s) for n, s in shapes.items()}:
            raise ArtifactError(f"{residual_in} is of another model: begin without a residual.")
        writer = opened.enter_context(_writer(out, shapes, codec))
        lost = opened.enter_context(WeightsWriter(residual_out, shapes)) if residual_out else None
        work = _Work(CODECS[codec], before, after, residual, writer, lost)
        for name, shape in shapes.items():
            work.write(name, math.prod(shape))
    return DifferenceReport(writer.size, work.error)


@dataclass(slots=True)
class _Work:
    """One writing: what is read, what is written, and the squares of both norms."""

    codec: Codec
    before: Weights
    after: Weights
    residual: Weights | None
    out: WeightsWriter
    lost: WeightsWriter | None
    squares: list[float] = field(default_factory=lambda: [0.0, 0.0])

    @property
    def error(self) -> float:
        """Relative L2 error of all tensors together."""
        whole, lost = self.squares
        return math.sqrt(lost / whole) if whole else 0.0

    def write(self, name: str, count: int) -> None:
        """One tensor, part by part."""
        for values in self._parts(name, count):
            stored, steps = self.codec.encode(values)
            left = values - self.codec.decode(stored, steps, len(values))
            if not np.isfinite(left).all():
                raise ArtifactError(f"{name} has a number that is too large to be written.")
            self.out.write(name, stored)
            if self.codec.has_steps:
                self.out.write(steps_name(name), steps)
            if self.lost is not None:
                self.lost.write(name, left)
            for place, numbers in enumerate((values, left)):
                exact = numbers.astype(np.float64)
                self.squares[place] += float(exact @ exact)

    def _parts(self, name: str, count: int) -> Iterator[Floats]:
        for start in range(0, count, PART):
            stop = min(start + PART, count)
            with np.errstate(over="ignore", invalid="ignore"):  # told below
                values = self.after.part(name, start, stop) - self.before.part(name, start, stop)
                if self.residual is not None:
                    values += self.residual.part(name, start, stop)
            if not np.isfinite(values).all():
                raise ArtifactError(f"{name} has NaN or infinity: train again from the base.")
            yield values


def _file(path: Path) -> Path:
    return path / WEIGHTS if path.is_dir() else path


def _shapes(before: Weights, after: Weights) -> dict[str, Shape]:
    """Tensors that have a difference."""
    if _kinds(before, floats=False) != _kinds(after, floats=False):
        raise ArtifactError("The trained model is not of its base's architecture: train it anew.")
    for name in before.names():
        if before.dtype(name) not in FLOATS and not np.array_equal(
            before.stored(name), after.stored(name)
        ):
            raise ArtifactError(f"{name} has other whole numbers than in the base.")
    return {name: before.shape(name) for name in before.names() if before.dtype(name) in FLOATS}


def _kinds(weights: Weights, *, floats: bool = True) -> dict[str, tuple[str, Shape]]:
    """Dtype and shape by name; unless ``floats``, all dtypes of floating point count as one."""
    return {
        name: (
            "float" if not floats and weights.dtype(name) in FLOATS else weights.dtype(name),
            weights.shape(name),
        )
        for name in weights.names()
    }


def _writer(out: Path, shapes: Mapping[str, Shape], codec: str) -> WeightsWriter:
    kind = CODECS[codec]
    stored: dict[str, Shape] = dict(shapes)
    if kind.dtype == "U8":  # two numbers in a byte: the shapes are in the metadata
        stored = {name: (kind.count(math.prod(shape)),) for name, shape in shapes.items()}
    dtypes = dict.fromkeys(stored, kind.dtype)
    if kind.has_steps:
        steps = {steps_name(name): (steps_of(math.prod(s)),) for name, s in shapes.items()}
        stored |= steps
        dtypes |= dict.fromkeys(steps, "BF16")
    metadata = difference_metadata(codec, shapes)
    return WeightsWriter(out, stored, dtypes=dtypes, metadata=metadata)
