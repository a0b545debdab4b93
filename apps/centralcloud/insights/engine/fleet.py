"""What the engine is given: facts that may be shown, who has each, and who could."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that instances have.

    ``scope`` names those that could have it. ``label`` is what sentences call it. ``package`` is
    the purl of the package that it is, where it is one.
    """

    subject: str
    key: str
    scope: str
    label: str
    package: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Instances that could have facts of a scope; ``phrase`` says which those are."""

    phrase: str
    members: Indices


@dataclass(frozen=True, slots=True)
class Fleet:
    """Facts by instances, as a sparse matrix.

    Instances are named by their place in ``instances``, facts by theirs in ``facts``. Fact f is
    had by ``holders[starts[f]:starts[f + 1]]``, ascending, each once. ``scopes`` has the scope
    of every fact. Facts and instances are sorted, so that equal fleets give equal answers.
    """

    instances: Sequence[str]
    facts: Sequence[Fact]
    starts: NDArray[np.int64]
    holders: Indices
    scopes: Mapping[str, Scope]

    def having(self, fact: int) -> Indices:
        """The instances that have a fact."""
        return self.holders[self.starts[fact] : self.starts[fact + 1]]


def bits(members: Indices, size: int) -> int:
    """A set of places below ``size`` as a whole number, one bit each."""
    marks = np.zeros(size, dtype=np.uint8)
    marks[members] = 1
    return int.from_bytes(np.packbits(marks, bitorder="little").tobytes(), "little")


def places(marks: int) -> list[int]:
    """The places of a set of bits, ascending."""
    found = []
    while marks:
        lowest = marks & -marks
        found.append(lowest.bit_length() - 1)
        marks ^= lowest
    return found
