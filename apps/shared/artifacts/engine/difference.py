"""A difference as a file: compressed tensors, read as float32."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from apps.shared.artifacts.engine.codecs import BLOCK, CODECS, steps_of
from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.header import MOST_DIMENSIONS, Shape
from apps.shared.artifacts.engine.mapped import Weights, weights_open
from apps.shared.artifacts.engine.numbers import Floats
from apps.shared.artifacts.engine.opened import Opened

STEPS = "#steps"
"""What follows a tensor's name in that of its blocks' steps."""


def steps_name(name: str) -> str:
    """The tensor of a tensor's steps."""
    return f"{name}{STEPS}"


def difference_metadata(codec: str, shapes: Mapping[str, Shape]) -> dict[str, str]:
    """What a file says of itself; the shapes where the stored tensors do not have them."""
    said = {"codec": codec, "block": str(BLOCK)}
    if CODECS[codec].dtype == "U8":
        said["shapes"] = json.dumps({n: [*s] for n, s in shapes.items()}, sort_keys=True)
    return said


class Difference(Opened):
    """The tensors of a difference, by name; use as a context manager, or ``close``.

    Numbers are given as they were sent: whoever uses them looks for NaN and infinity.
    """

    def __init__(self, weights: Weights, codec: str, shapes: Mapping[str, Shape]) -> None:
        self._weights, self.codec, self._shapes = weights, codec, dict(shapes)

    def names(self) -> list[str]:
        """All tensors that have a difference."""
        return list(self._shapes)

    def shape(self, name: str) -> Shape:
        """Raises KeyError for a tensor that is not there, as all of these."""
        return self._shapes[name]

    def dtype(self, name: str) -> str:
        """What ``array`` gives."""
        return "F32" if name in self._shapes else self._weights.dtype(name)

    def array(self, name: str) -> Floats:
        """The tensor in its shape, as float32."""
        shape = self._shapes[name]
        return self.part(name, 0, math.prod(shape)).reshape(shape)

    def part(self, name: str, start: int, stop: int) -> Floats:
        """The numbers ``start`` to ``stop`` of the flat tensor."""
        kind, stored = CODECS[self.codec], self._weights.stored(name)
        first = start // BLOCK
        begin, steps = first * BLOCK, np.empty(0, np.uint16)
        if kind.has_steps:
            steps = self._weights.stored(steps_name(name))[first : steps_of(stop)]
        block = stored[kind.count(begin) : kind.count(stop)]
        return kind.decode(block, steps, stop - begin)[start - begin :]

    def forget(self) -> None:
        """As of ``Weights``."""
        self._weights.forget()

    def close(self) -> None:
        """Let the file go."""
        self._weights.close()


def difference_open(file: Path) -> Difference:
    """Open a difference whose tensors fit together.

    Raises:
        ArtifactError: it is no difference that ``difference_write`` could have written.
    """
    weights = weights_open(file)
    codec = weights.metadata.get("codec", "")
    known = codec in CODECS and weights.metadata.get("block") == str(BLOCK)
    shapes = _shapes(weights, codec) if known else None
    if shapes is not None and _fits(weights, codec, shapes):
        return Difference(weights, codec, shapes)
    weights.close()
    raise ArtifactError(f"{file.name} is no difference that can be read: have it sent anew.")


def _shapes(weights: Weights, codec: str) -> dict[str, Shape] | None:
    """The shapes that the file says its tensors have; None when that makes no sense."""
    if CODECS[codec].dtype != "U8":
        names = [name for name in weights.names() if not name.endswith(STEPS)]
        return {name: weights.shape(name) for name in names}
    try:
        said = json.loads(weights.metadata.get("shapes", ""))
        return {name: tuple(map(_dimension, shape)) for name, shape in said.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _dimension(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**48:
        raise ValueError(value)
    return value


def _fits(weights: Weights, codec: str, shapes: Mapping[str, Shape]) -> bool:
    """Whether the file has exactly the tensors that these shapes take."""
    kind = CODECS[codec]
    wanted = {}
    for name, shape in shapes.items():
        if len(shape) > MOST_DIMENSIONS:
            return False
        count = math.prod(shape)
        wanted[name] = (kind.dtype, (kind.count(count),) if kind.dtype == "U8" else shape)
        if kind.has_steps:
            wanted[steps_name(name)] = ("BF16", (steps_of(count),))
    return wanted == {n: (weights.dtype(n), weights.shape(n)) for n in weights.names()}
