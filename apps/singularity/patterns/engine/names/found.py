"""What one walk over a tree finds for names and conventions."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter

from tree_sitter import Node

_START = attrgetter("start_byte")


@dataclass(slots=True)
class Survey:
    """What a walk found, in source order: ``names`` by their first byte, nodes by their type.

    Names that can only be members have a dot before them.
    """

    names: dict[int, bytes] = field(default_factory=dict)
    nodes: dict[str, list[Node]] = field(default_factory=dict)

    def of(self, kinds: frozenset[str]) -> list[Node]:
        """The nodes of several types."""
        found = [nodes for kind in kinds if (nodes := self.nodes[kind])]
        if len(found) == 1:
            return found[0]
        return sorted(chain.from_iterable(found), key=_START)
