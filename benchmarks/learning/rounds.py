"""A round as the fleet makes it: differences written by a codec, added up, put on the base."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from apps.centralcloud.averaging.engine.aggregating import Part, tensors_aggregate
from apps.centralcloud.averaging.engine.outer import Nesterov
from apps.centralcloud.averaging.engine.tensors import Tensors
from apps.shared.artifacts.engine.deltas import difference_open, difference_write
from apps.shared.artifacts.engine.weights import WeightsWriter, shapes_of, weights_open

WEIGHTS = "model.safetensors"


@dataclass(frozen=True, slots=True)
class Rule:
    """How differences become a step: federated averaging, unless an outer rate is said.

    Args:
        codec: of the differences.
        rate: of the outer Nesterov step; none: the mean is the step.
        momentum: of it.
    """

    codec: str = "int8"
    rate: float | None = None
    momentum: float = 0.0


def mean_of(bundles: Sequence[Path], out: Path) -> Path:
    """The mean of whole models: how the first round ends."""
    with ExitStack() as opened:
        parts = [opened.enter_context(weights_open(bundle / WEIGHTS)) for bundle in bundles]
        return _written(bundles[0], out, parts, None, None)


def mean_moved(base: Path, trained: Mapping[str, Path], out: Path, rule: Rule) -> Path:
    """``base`` and the step that the differences of what was trained from it come to.

    What the codec loses of each one's difference stays beside ``out`` and goes with its next.
    """
    with ExitStack() as opened:
        parts = []
        for name, bundle in trained.items():
            sent, residual = out.parent / f"{name}.difference", out.parent / f"{name}.residual"
            after = residual.with_suffix(".new")
            difference_write(
                base=base / WEIGHTS, trained=bundle / WEIGHTS, out=sent, codec=rule.codec,
                residual_in=residual if residual.exists() else None, residual_out=after,
            )  # fmt: skip
            after.replace(residual)
            parts.append(opened.enter_context(difference_open(sent)))
        before = opened.enter_context(weights_open(base / WEIGHTS))
        outer = _outer(rule, base, out, opened) if rule.rate is not None else None
        return _written(base, out, parts, before, outer)


def _outer(rule: Rule, base: Path, out: Path, opened: ExitStack) -> Nesterov:
    """The outer step with its momentum, which lies beside each aggregate."""
    former = base.with_suffix(".momentum")
    before = opened.enter_context(weights_open(former)) if former.exists() else None
    next_ = WeightsWriter(out.with_suffix(".momentum"), shapes_of(base / WEIGHTS))
    keep = opened.enter_context(next_).write
    return Nesterov(before, keep, rate=rule.rate or 1.0, momentum=rule.momentum)


def _written(
    like: Path, out: Path, parts: Sequence[Tensors], base: Tensors | None, outer: Nesterov | None
) -> Path:
    """The aggregate as a bundle that has all else from ``like``."""
    shutil.copytree(like, out, ignore=shutil.ignore_patterns(WEIGHTS))
    shares = [Part(part, 1 / len(parts)) for part in parts]
    with WeightsWriter(out / WEIGHTS, shapes_of(like / WEIGHTS)) as writer:
        for name, numbers in tensors_aggregate(shares, base=base, outer=outer):
            writer.write(name, numbers)
    return out
