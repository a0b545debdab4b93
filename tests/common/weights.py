"""Small models as arrays and as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.shared.artifacts.engine.weights import Weights, WeightsWriter, weights_open

Arrays = Mapping[str, NDArray[Any]]
SHAPES: Mapping[str, tuple[int, ...]] = {"shared": (300, 40), "wi": (40, 700), "norm": (40,)}


def drawn(seed: int, shapes: Mapping[str, tuple[int, ...]] = SHAPES) -> dict[str, NDArray[Any]]:
    """Normal numbers of a seed."""
    random = np.random.default_rng(seed)
    return {name: random.standard_normal(s, dtype=np.float32) for name, s in shapes.items()}


def file_of(folder: Path, name: str, arrays: Arrays) -> Path:
    """A safetensors file of arrays, float32 or whole numbers."""
    file = folder / f"{name}.safetensors"
    kinds = {n: "I64" if a.dtype == np.int64 else "F32" for n, a in arrays.items()}
    with WeightsWriter(file, {n: a.shape for n, a in arrays.items()}, dtypes=kinds) as writer:
        for one, array in arrays.items():
            writer.write(one, array)
    return file


def opened(folder: Path, models: Sequence[Arrays]) -> list[Weights]:
    """Models as memory-mapped files."""
    files = [file_of(folder, f"model-{place}", one) for place, one in enumerate(models)]
    return [weights_open(file) for file in files]
