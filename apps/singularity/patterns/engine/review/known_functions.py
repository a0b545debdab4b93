"""New functions that the code base has already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Final

import numpy as np

from apps.shared.contracts.signatures import signature_of
from apps.singularity.patterns.engine.clones import Member
from apps.singularity.patterns.engine.clones.similar import THRESHOLD
from apps.singularity.patterns.engine.clones.sketch import BINS, Sketches, similarity
from apps.singularity.patterns.engine.mined import PatternKind
from apps.singularity.patterns.engine.review.model import (
    Evidence,
    Learned,
    Level,
    Remark,
    RemarkKind,
)
from apps.singularity.patterns.engine.review.read import Read

NEW_SHARE: Final = 0.5
"""Share of a function's lines that have to be new for it to be compared."""

_PLACES = 5


def known_functions(
    reads: Sequence[Read], learned: Learned, gone: Collection[str]
) -> Iterator[Remark]:
    """One remark for each function that is new for the most part and a clone of another.

    Of functions that are all new the first is the other ones' original.
    ``gone`` are paths that the change removes: what was moved is no clone of where it was.
    """
    reviewed = {read.path for read in reads}
    old = [m for m in learned.functions if m.path not in reviewed and m.path not in gone]
    languages = {file.path: file.language for file in learned.files}
    everything: dict[str, list[Member]] = defaultdict(list)
    for member in old:
        everything[languages.get(member.path, "")].append(member)
    for read in reads:
        members = [Member(read.path, one) for one in read.facts.fingerprints]
        everything[read.facts.language] += members
    indexes = {language: _Index(members) for language, members in everything.items()}
    fresh = {member: read.facts.language for read in reads for member in _new(read)}
    for member, language in fresh.items():
        degree, others = indexes[language].like(member)
        others = [m for m in others if m not in fresh or m.place < member.place]
        if others:
            yield _remark(member, degree, others, language)


def _new(read: Read) -> Iterator[Member]:
    """Functions that are new for the most part."""
    for one in read.facts.fingerprints:
        if read.file.lines.share(one.start_line, one.end_line) > NEW_SHARE:
            yield Member(read.path, one)


class _Index:
    """Functions of one language, to be asked for those like a given one."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._members = sorted(members, key=lambda m: (m.place, m.print.symbol))
        drawn = b"".join(member.print.sketch for member in self._members)
        self._sketches: Sketches = np.frombuffer(drawn, dtype="<u2").reshape(-1, BINS)
        self._tokens = np.array([member.print.tokens for member in self._members])

    def like(self, member: Member) -> tuple[str, list[Member]]:
        """How alike the most similar others are (``exact``, ``renamed``, ``near``), and these."""
        others = [m for m in self._alike(member) if m.place != member.place]
        for degree in ("exact", "renamed"):
            equal = [m for m in others if getattr(m.print, degree) == getattr(member.print, degree)]
            if equal:
                return degree, equal
        return "near", others

    def _alike(self, member: Member) -> Iterator[Member]:
        """Functions of similar sketch and size that do not lie around or within this one."""
        own = np.frombuffer(member.print.sketch, dtype="<u2")
        tokens = member.print.tokens
        sized = np.minimum(self._tokens, tokens) >= THRESHOLD * np.maximum(self._tokens, tokens)
        chosen = np.flatnonzero(sized)
        alike = chosen[similarity(self._sketches[chosen], own) >= THRESHOLD]
        return (m for m in map(self._members.__getitem__, alike) if not _overlap(m, member))


def _overlap(one: Member, other: Member) -> bool:
    return (
        one.path == other.path
        and one.print.start_line <= other.print.end_line
        and other.print.start_line <= one.print.end_line
    )


def _remark(member: Member, degree: str, others: Sequence[Member], language: str) -> Remark:
    first, more = others[0], len(others) - 1
    also = f" and {more} more" if more else ""
    where = f"{first.path}:{first.print.start_line}"
    canonical = min(m.print.renamed for m in (member, *others)).hex()
    return Remark(
        kind=RemarkKind.CLONE,
        level=Level.WARNING if degree != "near" else Level.NOTE,
        place=member.place,
        symbol=member.print.symbol,
        message=f"{_DEGREES[degree]} {first.print.symbol} ({where}){also}",
        signature=signature_of(PatternKind.CLONE, language, canonical),
        evidence=Evidence(places=tuple(m.place for m in others[:_PLACES])),
    )


_DEGREES = {
    "exact": "this is a copy of",
    "renamed": "this is a copy, with other names, of",
    "near": "this is nearly a copy of",
}
