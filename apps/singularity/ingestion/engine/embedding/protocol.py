"""What an embedder is."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""float32 of shape (texts, dimensions), each row of Euclidean length 1."""


class EmbedderError(Exception):
    """An embedder cannot be loaded or cannot answer; the message says what to set."""


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their cosine similarity."""

    @property
    def identity(self) -> str:
        """Digest of all that decides a vector; vectors of different identities never mix."""

    @property
    def name(self) -> str:
        """Name for people."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that are read; what follows does not count."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimensions) vectors in the order of ``texts``.

        Raises :class:`EmbedderError` when the vectors cannot be had.
        """
