"""Stable names of patterns: equal for the same pattern in any code base."""

from __future__ import annotations

import hashlib

SIGNATURE_VERSION = 1


def signature_of(kind: str, language: str, canonical: str) -> str:
    """The name of a pattern of a kind and a language.

    ``canonical`` is its canonical form; the versioned SHA-256 is cut to 128 bits.
    """
    text = f"{SIGNATURE_VERSION}\0{kind}\0{language}\0{canonical}"
    return f"{kind}-{SIGNATURE_VERSION}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"
