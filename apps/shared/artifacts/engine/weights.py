"""Weights in safetensors files: memory-mapped to read, streamed to write; and what they are of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from apps.shared.artifacts.engine.architecture import architecture_of, tokenizer_digest
from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.header import Shape
from apps.shared.artifacts.engine.mapped import Weights, weights_open
from apps.shared.artifacts.engine.numbers import FLOATS
from apps.shared.artifacts.engine.writer import WeightsWriter

__all__ = [
    "FLOATS",
    "Shape",
    "Weights",
    "WeightsWriter",
    "architecture_of",
    "shapes_check",
    "shapes_of",
    "tokenizer_digest",
    "weights_open",
]
NAMED = 3
"""Tensors that a message names."""


def shapes_of(file: Path) -> dict[str, Shape]:
    """The shapes of all tensors, from the header alone. Raises ArtifactError."""
    with weights_open(file) as weights:
        return {name: weights.shape(name) for name in weights.names()}


def shapes_check(file: Path, shapes: Mapping[str, Shape]) -> None:
    """Raises ArtifactError unless the file has exactly these tensors in these shapes."""
    found = shapes_of(file)
    for problem, names in (
        ("lacks", shapes.keys() - found.keys()),
        ("has besides its family's tensors", found.keys() - shapes.keys()),
        ("has in another shape", {n for n in found if found[n] != tuple(shapes.get(n, found[n]))}),
    ):
        if names:
            listed = ", ".join(sorted(names)[:NAMED])
            raise ArtifactError(f"{file.name} {problem}: {listed} ({len(names):,} in all).")
