"""A safetensors file written tensor by tensor, in any order, that appears when it is whole."""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.header import (
    LENGTH_BYTES,
    header_decode,
    header_encode,
)
from apps.shared.artifacts.engine.numbers import DTYPES, bf16_of

PYTORCH = {"format": "pt"}
"""What transformers asks of a file's metadata."""


class WeightsWriter:
    """Writes tensors of known shapes; use as a context manager.

    Args:
        file: appears at the end of the block, replacing one that was there; never after an error.
        shapes: of all tensors, by name.
        dtypes: as safetensors calls them; F32 for those that are not named.
        metadata: texts that the file says of itself.

    Raises:
        ArtifactError: a tensor was not written whole when the block ended.
    """

    def __init__(
        self,
        file: Path,
        shapes: Mapping[str, Sequence[int]],
        *,
        dtypes: Mapping[str, str] | None = None,
        metadata: Mapping[str, str] = PYTORCH,
    ) -> None:
        self._file = file
        self._draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        kinds = {name: (dtypes or {}).get(name, "F32") for name in shapes}
        head = header_encode(shapes, kinds, metadata)
        bytes_of = (math.prod(shapes[name]) * DTYPES[kinds[name]].itemsize for name in shapes)
        self.size = len(head) + sum(bytes_of)
        """Bytes of the whole file."""
        self._tensors = header_decode(head[LENGTH_BYTES:], self.size).tensors
        self._written = dict.fromkeys(self._tensors, 0)
        self._opened = self._draft.open("xb")
        self._opened.write(head)
        self._opened.truncate(self.size)

    def write(self, name: str, numbers: NDArray[Any]) -> None:
        """A tensor, or its next numbers: parts follow one another.

        float32 becomes BF16 where the file has that. Raises ArtifactError for numbers too many,
        OSError when the disk is full.
        """
        tensor = self._tensors[name]
        flat = np.ascontiguousarray(numbers).reshape(-1)
        stored = _stored(flat, tensor.dtype)
        place = tensor.begin + self._written[name]
        if place + stored.nbytes > tensor.end:
            raise ArtifactError(f"{name} is larger than its shape {list(tensor.shape)}.")
        self._opened.seek(place)
        self._opened.write(stored.data)
        self._written[name] += stored.nbytes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            self._opened.close()
            self._draft.unlink(missing_ok=True)

    def _finish(self) -> None:
        for name, tensor in self._tensors.items():
            if self._written[name] != tensor.end - tensor.begin:
                raise ArtifactError(f"{name} was not written whole.")
        self._opened.flush()
        os.fsync(self._opened.fileno())
        self._draft.replace(self._file)


def _stored(flat: NDArray[Any], dtype: str) -> NDArray[Any]:
    if dtype != "BF16":
        return flat.astype(DTYPES[dtype], copy=False)
    return flat if flat.dtype == np.uint16 else bf16_of(flat.astype(np.float32, copy=False))
