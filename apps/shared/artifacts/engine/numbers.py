"""The kinds of numbers that files hold; bfloat16, which numpy lacks, as half of a float32."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype(np.float64),
    "F32": np.dtype(np.float32),
    "F16": np.dtype(np.float16),
    "BF16": np.dtype(np.uint16),
    "I64": np.dtype(np.int64),
    "I32": np.dtype(np.int32),
    "I16": np.dtype(np.int16),
    "I8": np.dtype(np.int8),
    "U64": np.dtype(np.uint64),
    "U32": np.dtype(np.uint32),
    "U16": np.dtype(np.uint16),
    "U8": np.dtype(np.uint8),
    "BOOL": np.dtype(np.bool_),
}
"""What safetensors calls them, and how they are held; BF16 as its sixteen bits."""
FLOATS = ("F64", "F32", "F16", "BF16")

Floats = NDArray[np.float32]


def bf16_of(values: Floats) -> NDArray[np.uint16]:
    """Round to the nearest bfloat16, to even when two are as near; NaN stays NaN."""
    bits = values.view(np.uint32)
    rounded = ((bits + (((bits >> 16) & 1) + np.uint32(0x7FFF))) >> 16).astype(np.uint16)
    nan = np.isnan(values)
    return np.where(nan, np.uint16(0x7FC0), rounded) if nan.any() else rounded


def bf16_above(values: Floats) -> NDArray[np.uint16]:
    """The smallest bfloat16 that is not less; ``values`` are finite and not negative."""
    bits = values.view(np.uint32)
    return ((bits + np.uint32(0xFFFF)) >> 16).astype(np.uint16)


def bf16_float32(stored: NDArray[np.uint16]) -> Floats:
    """The same numbers as float32."""
    return (stored.astype(np.uint32) << 16).view(np.float32)
