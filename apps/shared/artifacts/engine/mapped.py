"""A safetensors file, memory-mapped: its tensors by name."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.shared.artifacts.engine.errors import ArtifactError, unreadable
from apps.shared.artifacts.engine.header import (
    LENGTH_BYTES,
    Header,
    Shape,
    header_decode,
    header_length,
)
from apps.shared.artifacts.engine.numbers import DTYPES, Floats, bf16_float32
from apps.shared.artifacts.engine.opened import Opened


class Weights(Opened):
    """The tensors of a file, by name. Use as a context manager, or ``close``.

    The file is mapped: arrays are read from the disk as they are used, and cannot be written.
    Closing while an array still looks at the file leaves it mapped until that is gone.
    """

    def __init__(self, mapped: mmap.mmap, header: Header) -> None:
        self._mapped, self._header = mapped, header

    @property
    def metadata(self) -> Mapping[str, str]:
        """Texts that the file says of itself."""
        return self._header.metadata

    def names(self) -> list[str]:
        """All tensors, in the order in which they lie in the file."""
        return list(self._header.tensors)

    def shape(self, name: str) -> Shape:
        """Raises KeyError for a tensor that is not there, as all of these."""
        return self._header.tensors[name].shape

    def dtype(self, name: str) -> str:
        """As safetensors calls it: F32, BF16, I64 ..."""
        return self._header.tensors[name].dtype

    def stored(self, name: str) -> NDArray[Any]:
        """The numbers as they lie in the file, flat and never copied; BF16 as its 16 bits."""
        tensor = self._header.tensors[name]
        numbers = DTYPES[tensor.dtype]
        count = (tensor.end - tensor.begin) // numbers.itemsize
        return np.frombuffer(self._mapped, numbers, count, tensor.begin if count else 0)

    def array(self, name: str) -> NDArray[Any]:
        """The tensor in its shape: a view of the file, but BF16, which becomes float32."""
        flat = self.stored(name)
        if self.dtype(name) == "BF16":
            flat = bf16_float32(flat)
        return flat.reshape(self.shape(name))

    def part(self, name: str, start: int, stop: int) -> Floats:
        """The numbers ``start`` to ``stop`` of the flat tensor, as float32."""
        flat = self.stored(name)[start:stop]
        if self.dtype(name) == "BF16":
            return bf16_float32(flat)
        return flat.astype(np.float32, copy=False)

    def forget(self) -> None:
        """Give back the memory of what was read; what is used again is read again."""
        self._mapped.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Let the file go."""
        try:
            self._mapped.close()
        except BufferError:
            return  # an array looks at it: the mapping goes with the last of them


def weights_open(file: Path) -> Weights:
    """Map a safetensors file after its header was checked.

    Raises:
        ArtifactError: it cannot be read, or is anything but whole tensors.
    """
    with _said_of(file), file.open("rb") as opened:
        size = os.fstat(opened.fileno()).st_size
        length = header_length(opened.read(LENGTH_BYTES), size)
        header = header_decode(opened.read(length), size)
        return Weights(mmap.mmap(opened.fileno(), size, access=mmap.ACCESS_READ), header)


@contextmanager
def _said_of(file: Path) -> Iterator[None]:
    """Which file it is that something is wrong with."""
    try:
        yield
    except ArtifactError as error:
        raise ArtifactError(f"{file.name} cannot be used: {error}.") from None
    except OSError as error:
        raise unreadable(file, error) from None
    except ValueError as error:
        raise ArtifactError(f"{file} cannot be read: {error}.") from None
