"""How much a registry may send, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_DOCUMENT = 64 * 1024**2
"""Bytes of a document, as it is sent and as it is unpacked."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetcher.

    Seconds: ``connect`` until a connection stands, ``silence`` between two pieces of an answer,
    ``answer`` for one whole answer, ``patience`` at most for a registry that asks to wait.
    ``first_wait`` and ``longest_wait`` bound the growing wait between ``attempts``.
    ``connections`` are those to one host at once. ``redirects`` are followed one after another.
    ``cache`` is how large the file of kept answers grows in bytes; what was not asked for the
    longest is forgotten first, and what was not asked for ``kept_for`` seconds as well.
    """

    connect: float = 10.0
    silence: float = 30.0
    answer: float = 180.0
    patience: float = 60.0
    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 20.0
    connections: int = 8
    redirects: int = 5
    cache: int = 1024**3
    kept_for: float = 90 * 24 * 3600.0
