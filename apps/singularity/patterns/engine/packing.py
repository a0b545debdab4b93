"""Facts of a file as bytes, and back."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from apps.singularity.patterns.engine.facts import (
    FileFacts,
    Fingerprint,
    Function,
    Import,
    TypeDefinition,
)


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


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(FileFacts)
_OUTLINE = msgspec.msgpack.Decoder(_Outline)


def facts_pack(facts: FileFacts) -> bytes:
    """MessagePack of the facts; equal facts make equal bytes."""
    return _ENCODER.encode(facts)


def facts_unpack(packed: bytes) -> FileFacts:
    """The facts that were packed, of today's ``FACTS_VERSION``.

    Raises msgspec.DecodeError for anything else.
    """
    return _DECODER.decode(packed)


def outline_unpack(packed: bytes) -> FileFacts:
    """The facts without tree, conventions and entities, which are passed over unread."""
    outline = _OUTLINE.decode(packed)
    return FileFacts(
        language=outline.language,
        lines=outline.lines,
        imports=outline.imports,
        functions=outline.functions,
        types=outline.types,
        fingerprints=outline.fingerprints,
        entry_line=outline.entry_line,
    )
