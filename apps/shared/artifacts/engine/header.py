"""The header of a safetensors file: names, dtypes, shapes, places; checked before it is believed.

Source of the form: the safetensors format: eight bytes with the header's length (little-endian),
a JSON object, then the numbers of all tensors one after the other.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.numbers import DTYPES

LENGTH_BYTES = 8
LARGEST_HEADER = 8 * 1024 * 1024
"""Bytes: some 80,000 tensors."""
MOST_TENSORS = 65_536
MOST_DIMENSIONS = 8
LONGEST_NAME = 256
METADATA = "__metadata__"

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor is: ``begin`` and ``end`` are bytes from the file's beginning."""

    dtype: str
    shape: Shape
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """The tensors of a file by name, in the order of their places, and its metadata."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]


def header_length(first: bytes, file_size: int) -> int:
    """Bytes of the header, from the file's first eight. Raises ArtifactError."""
    length = int.from_bytes(first, "little")
    if len(first) < LENGTH_BYTES or not 2 <= length <= file_size - LENGTH_BYTES:
        raise ArtifactError("it is cut short, or no safetensors file")
    if length > LARGEST_HEADER:
        raise ArtifactError(f"its header has {length:,} bytes; {LARGEST_HEADER:,} may be")
    return length


def header_decode(data: bytes, file_size: int) -> Header:
    """Read and check a header. ``file_size`` is that of the whole file.

    Raises:
        ArtifactError: anything but tensors that fill the rest of the file without gap or overlap.
    """
    said = _json(data)
    metadata = said.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise ArtifactError("its metadata is no table of texts")
    if len(said) > MOST_TENSORS:
        raise ArtifactError(f"it names {len(said):,} tensors; {MOST_TENSORS:,} may be")
    begin = LENGTH_BYTES + len(data)
    found = {name: _tensor(name, entry, begin) for name, entry in said.items()}
    tensors = dict(sorted(found.items(), key=lambda item: (item[1].begin, item[1].end)))
    _filled_check(tensors, begin, file_size)
    return Header(tensors, metadata)


def header_encode(
    shapes: Mapping[str, Sequence[int]],
    dtypes: Mapping[str, str],
    metadata: Mapping[str, str],
) -> bytes:
    """The header and its length for tensors of these shapes, as the file begins.

    The largest numbers come first, then by name, as the reference implementation has them, so
    that every tensor begins at a multiple of its numbers' size. The same input always gives the
    same bytes.
    """
    said: dict[str, Any] = {METADATA: dict(sorted(metadata.items()))} if metadata else {}
    place = 0
    for name in sorted(shapes, key=lambda one: (-DTYPES[dtypes[one]].itemsize, one)):
        size = math.prod(shapes[name]) * DTYPES[dtypes[name]].itemsize
        offsets = [place, place + size]
        said[name] = {
            "dtype": dtypes[name], "shape": [*shapes[name]], "data_offsets": offsets,
        }  # fmt: skip
        place += size
    text = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(LENGTH_BYTES, "little") + text


def _json(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ArtifactError("its header is no JSON, or says a name twice") from None
    if not isinstance(said, dict):
        raise ArtifactError("its header is no table of tensors")
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _tensor(name: str, entry: Any, begin: int) -> Tensor:
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise ArtifactError(f"{name[:80]!r} is no name of a tensor")
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ArtifactError(f"{name} is not described by dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise ArtifactError(f"{name} has the dtype {str(dtype)[:20]!r}, which is not read here")
    if not _whole_numbers(shape) or len(shape) > MOST_DIMENSIONS:
        raise ArtifactError(f"{name} has an impossible shape")
    if not _whole_numbers(offsets) or len(offsets) != 2:
        raise ArtifactError(f"{name} has impossible offsets")
    if offsets[1] - offsets[0] != math.prod(shape) * DTYPES[dtype].itemsize:
        raise ArtifactError(f"{name} has not the bytes that its shape needs")
    return Tensor(dtype, tuple(shape), begin + offsets[0], begin + offsets[1])


def _whole_numbers(values: Any) -> bool:
    """Whether these are numbers that a file's size may have."""
    return isinstance(values, list) and all(type(one) is int and 0 <= one < 2**48 for one in values)


def _filled_check(tensors: Mapping[str, Tensor], begin: int, end: int) -> None:
    for name, tensor in tensors.items():
        if tensor.begin != begin:
            raise ArtifactError(f"{name} overlaps another tensor, or leaves a gap")
        begin = tensor.end
    if begin != end:
        raise ArtifactError(f"it has {end:,} bytes, its tensors end at {begin:,}")
