"""Facts of a file as bytes, and back: about as many as its source has.

MessagePack under Zstandard. The tree's columns come as differences, and byte by byte: the first
bytes of all numbers, then the second ones. Most of those are zero, so that a quarter is left of
what compression makes of the plain arrays.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
import zstandard

from apps.singularity.patterns.engine.facts import (
    EncodedTree,
    FileFacts,
    Fingerprint,
    Function,
    Import,
    TypeDefinition,
)

_LEVEL = 1
_MAX_BYTES = 2**31
_NO_TREE = EncodedTree()

T = TypeVar("T")
Column = npt.NDArray[np.uint32]


class UnreadableFacts(ValueError):
    """Bytes that no facts of this version were packed into."""


@dataclass(frozen=True, slots=True)
class _Outline:
    """The fields of ``FileFacts`` that say what a file defines and imports."""

    language: str
    lines: int = 0
    imports: tuple[Import, ...] = ()
    functions: tuple[Function, ...] = ()
    types: tuple[TypeDefinition, ...] = ()
    fingerprints: tuple[Fingerprint, ...] = ()
    entry_line: int | None = None


class _PerThread(threading.local):
    """A compressor keeps its buffers from one file to the next, and serves one thread."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(_LEVEL)


_THREAD = _PerThread()
_ENCODER = msgspec.msgpack.Encoder()
_FACTS = msgspec.msgpack.Decoder(tuple[FileFacts, bytes])
_OUTLINE = msgspec.msgpack.Decoder(tuple[_Outline, bytes])


def facts_pack(facts: FileFacts) -> bytes:
    """The facts as bytes; equal facts make equal bytes."""
    tree = facts.tree
    plain = replace(facts, tree=EncodedTree(labels=tree.labels))
    return _THREAD.compressor.compress(_ENCODER.encode((plain, _columns(tree))))


def facts_unpack(packed: bytes) -> FileFacts:
    """The facts that were packed, of today's ``FACTS_VERSION``.

    Raises UnreadableFacts for anything else.
    """
    facts, columns = _decoded(_FACTS, packed)
    return replace(facts, tree=_tree(facts.tree.labels, columns)) if columns else facts


def outline_unpack(packed: bytes) -> FileFacts:
    """The facts without tree, conventions and entities, which are passed over unread.

    Raises UnreadableFacts.
    """
    outline, _ = _decoded(_OUTLINE, packed)
    return FileFacts(
        language=outline.language,
        lines=outline.lines,
        imports=outline.imports,
        functions=outline.functions,
        types=outline.types,
        fingerprints=outline.fingerprints,
        entry_line=outline.entry_line,
    )


def _decoded(decoder: msgspec.msgpack.Decoder[T], packed: bytes) -> T:
    try:
        message = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MAX_BYTES)
        return decoder.decode(message)
    except (msgspec.MsgspecError, zstandard.ZstdError) as error:
        raise UnreadableFacts(str(error)) from error


def _columns(tree: EncodedTree) -> bytes:
    """The number of nodes, then each column; nothing for a file without a tree."""
    label, size, start, end, exact, newlines = (
        np.frombuffer(column, "<u4")
        for column in (tree.label, tree.size, tree.start, tree.end, tree.exact, tree.newlines)
    )
    if not len(label):
        return b""
    rows = np.empty((5, len(label)), dtype="<u4")
    rows[0], rows[1], rows[4] = label, size, exact
    rows[2], rows[3] = _differences(start), end - start
    planes = rows.view(np.uint8).reshape(5, -1, 4).transpose(0, 2, 1).tobytes()
    return len(label).to_bytes(4, "little") + planes + _by_bytes(_differences(newlines))


def _tree(labels: tuple[str, ...], columns: bytes) -> EncodedTree:
    count = int.from_bytes(columns[:4], "little")
    width = 4 * count
    parts = [columns[at : at + width] for at in range(4, 4 + 5 * width, width)]
    label, size, steps, lengths, exact = map(_by_numbers, parts)
    start = _sums(steps)
    return EncodedTree(
        labels=labels,
        label=label.tobytes(),
        size=size.tobytes(),
        start=start.tobytes(),
        end=(start + lengths).tobytes(),
        exact=exact.tobytes(),
        newlines=_sums(_by_numbers(columns[4 + 5 * width :])).tobytes(),
    )


def _differences(column: Column) -> Column:
    """Each number less the one before it, modulo 2**32."""
    differences = column.copy()
    differences[1:] -= column[:-1]
    return differences


def _sums(differences: Column) -> Column:
    return np.cumsum(differences, dtype="<u4")


def _by_bytes(column: Column) -> bytes:
    """The lowest bytes of all numbers, then the next."""
    return column.view(np.uint8).reshape(-1, 4).T.tobytes()


def _by_numbers(data: bytes) -> Column:
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(4, -1).T).view("<u4")[:, 0]
