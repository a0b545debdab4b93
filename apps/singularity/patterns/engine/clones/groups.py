"""Groups of clones out of equal hashes and similar sketches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.singularity.patterns.engine.clones.similar import similar_pairs
from apps.singularity.patterns.engine.facts import Fingerprint
from apps.singularity.patterns.engine.mined import Place


@dataclass(frozen=True, slots=True)
class Member:
    """A function of a file."""

    path: str
    print: Fingerprint

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.path, self.print.start_line, self.print.end_line)


@dataclass(frozen=True, slots=True)
class Group:
    """Functions that are clones of each other, in the order of their places.

    ``degree`` is how alike all of them are: ``exact``, ``renamed`` or ``near``. Of near clones
    ``members`` may differ among themselves, but each is similar to the ``leader``.
    """

    degree: str
    leader: Member
    members: tuple[Member, ...]

    @property
    def saved(self) -> int:
        """Tokens that would go if one member, the longest, stood for all."""
        tokens = [member.print.tokens for member in self.members]
        return sum(tokens) - max(tokens)


def groups_of(members: Sequence[Member]) -> list[Group]:
    """All groups of two or more, each function in one at most. Near-linear in the members.

    Functions that are equal up to renaming stay together. Those of similar sketches join a
    leader, to which every one of them is similar: a chain of small steps makes no group.
    """
    classes = _classes(members)
    drawn = np.frombuffer(b"".join(c[0].print.sketch for c in classes), dtype="<u2")
    neighbours = _neighbours(drawn.reshape(len(classes), -1), classes)
    groups = []
    taken: set[int] = set()
    for leader in sorted(range(len(classes)), key=lambda at: (-len(neighbours[at]), at)):
        if leader in taken:
            continue
        joined = [leader, *(at for at in neighbours[leader] if at not in taken)]
        taken.update(joined)
        if len(joined) > 1 or len(classes[leader]) > 1:
            groups.append(_group(classes, joined))
    return groups


def _order(member: Member) -> tuple[str, int, int, str]:
    one = member.print
    return member.path, one.start_line, one.end_line, one.symbol


def _classes(members: Sequence[Member]) -> list[list[Member]]:
    """Members of equal renamed hash together; classes and members in the order of places."""
    classes: dict[bytes, list[Member]] = defaultdict(list)
    for member in sorted(members, key=_order):
        classes[member.print.renamed].append(member)
    return list(classes.values())


def _neighbours(
    drawn: np.ndarray[tuple[int, ...], np.dtype[np.uint16]], classes: list[list[Member]]
) -> dict[int, list[int]]:
    """For each class those of similar sketch that are not part of it or around it."""
    neighbours: dict[int, list[int]] = {at: [] for at in range(len(classes))}
    if len(classes) > 1:
        sizes = np.array([members[0].print.tokens for members in classes])
        for low, high in similar_pairs(drawn, sizes).tolist():
            if not _nested(classes[low], classes[high]):
                neighbours[low].append(high)
                neighbours[high].append(low)
    return neighbours


def _nested(one: list[Member], other: list[Member]) -> bool:
    """Whether one holds a function inside a function of the other: no clone, but a part."""
    both = [*((m, 0) for m in one), *((m, 1) for m in other)]
    path, ends = "", [0, 0]
    for member, side in sorted(both, key=lambda pair: _order(pair[0])):
        if member.path != path:
            path, ends = member.path, [0, 0]
        if member.print.start_line <= ends[1 - side]:
            return True
        ends[side] = max(ends[side], member.print.end_line)
    return False


def _group(classes: list[list[Member]], joined: list[int]) -> Group:
    members = sorted((m for at in joined for m in classes[at]), key=_order)
    degree = "near" if len(joined) > 1 else "renamed"
    if len({member.print.exact for member in members}) == 1:
        degree = "exact"
    return Group(degree, classes[joined[0]][0], tuple(members))
