"""Clones of functions across a code base and within files. What it finds never leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from apps.shared.contracts.signatures import signature_of
from apps.singularity.patterns.engine.clones.covered import Covered
from apps.singularity.patterns.engine.clones.groups import Group, Member, groups_of
from apps.singularity.patterns.engine.facts import FileFacts
from apps.singularity.patterns.engine.mined import (
    EXAMPLES_LIMIT,
    Mined,
    MinedPattern,
    PatternKind,
)

MEMBERS_LIMIT = 50
"""Members that ``details`` lists at most."""


class CloneMiner:
    """Groups the functions of each language that are equal, renamed or similar.

    ``score`` is the number of tokens that a group would save if one member stood for all.
    """

    def __init__(self) -> None:
        self._members: dict[str, list[Member]] = defaultdict(list)

    def add(self, path: str, facts: FileFacts) -> None:
        """Take in one file."""
        for fingerprint in facts.fingerprints:
            self._members[facts.language].append(Member(path, fingerprint))

    def mine(self) -> Mined:
        """All groups, those that save most first; groups that lie within others are left out."""
        patterns = [
            _pattern(language, group)
            for language, members in self._members.items()
            for group in _outermost(groups_of(members))
        ]
        return Mined(tuple(sorted(patterns, key=lambda p: (-p.score, p.signature))))


def _outermost(groups: Iterable[Group]) -> list[Group]:
    """Groups with a member that lies in no member of a group that saves more."""
    covered = Covered()
    kept = []
    for group in sorted(groups, key=lambda g: (-g.saved, g.members[0].place)):
        lines = [(m.path, m.print.start_line, m.print.end_line) for m in group.members]
        if not all(covered.holds(*one) for one in lines):
            kept.append(group)
            for one in lines:
                covered.add(*one)
    return kept


def _pattern(language: str, group: Group) -> MinedPattern:
    places = [member.place for member in group.members]
    sizes = sorted(member.print.tokens for member in group.members)
    return MinedPattern(
        kind=PatternKind.CLONE,
        language=language,
        signature=signature_of(PatternKind.CLONE, language, _canonical(group)),
        template=f"{len(places)} functions of {_range(sizes)} tokens, {group.degree}",
        occurrences=len(places),
        files=len({place.path for place in places}),
        score=float(group.saved),
        details={
            "local": True,
            "degree": group.degree,
            "tokens": sizes[len(sizes) // 2],
            "members": [_shown(member) for member in group.members[:MEMBERS_LIMIT]],
        },
        examples=tuple(places[:EXAMPLES_LIMIT]),
    )


def _canonical(group: Group) -> str:
    """The renamed hash of the members; of near clones the least of theirs."""
    return min(member.print.renamed for member in group.members).hex()


def _range(sizes: list[int]) -> str:
    low, high = sizes[0], sizes[-1]
    return str(low) if low == high else f"{low} to {high}"


def _shown(member: Member) -> dict[str, object]:
    return {
        "symbol": member.print.symbol,
        "path": member.path,
        "start_line": member.print.start_line,
        "end_line": member.print.end_line,
    }
