"""Facts of a file as bytes, and back."""

from __future__ import annotations

import msgspec

from apps.singularity.patterns.engine.facts import FileFacts

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(FileFacts)


def facts_pack(facts: FileFacts) -> bytes:
    """MessagePack of the facts; equal facts make equal bytes."""
    return _ENCODER.encode(facts)


def facts_unpack(packed: bytes) -> FileFacts:
    """The facts that were packed, of today's ``FACTS_VERSION``.

    Raises msgspec.DecodeError for anything else.
    """
    return _DECODER.decode(packed)
