"""New code that breaks a strong rule of library use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from apps.singularity.patterns.engine.mined import MinedPattern, PatternKind
from apps.singularity.patterns.engine.review.model import (
    Evidence,
    Learned,
    Level,
    Remark,
    RemarkKind,
)
from apps.singularity.patterns.engine.review.read import Read
from apps.singularity.patterns.engine.usage.breaks import breaks
from apps.singularity.patterns.engine.usage.calls import User, user_of
from apps.singularity.patterns.engine.usage.findings import (
    is_suspect,
    message,
    obliges,
    place_of,
)
from apps.singularity.patterns.engine.usage.rule import Rule

Known = tuple[Rule, MinedPattern]


def broken_rules(reads: Sequence[Read], learned: Learned) -> Iterator[Remark]:
    """One remark at most for each touched function and call: that of the surest rule.

    Breaks that are known from before the change are left out.
    """
    rules = _strong(learned.patterns)
    said_before = {(one.signature, one.place.path, one.symbol) for one in learned.findings}
    for read in reads:
        mine = [entry for entry in rules if entry[1].language == read.facts.language]
        users = [user_of(read.path, f, f.calls) for f in read.facts.functions]
        touched = {(f.symbol, f.start_line) for f in read.touched()}
        for user in users:
            if (user.symbol, user.start_line) in touched:
                for remark in _breaks_of(user, users, mine):
                    if (remark.signature, user.path, user.symbol) not in said_before:
                        yield remark


def _strong(patterns: Iterable[MinedPattern]) -> list[Known]:
    """Rules worth a remark, the surest first."""
    rules = []
    for pattern in patterns:
        if pattern.kind == PatternKind.RULE:
            every = [pattern.details, pattern.details.get("reverse")]
            rules += [(Rule.of(details), pattern) for details in every if details]
    strong = [(rule, pattern) for rule, pattern in rules if obliges(rule)]
    return sorted(strong, key=lambda entry: (-entry[0].confidence, -entry[0].surprise))


def _breaks_of(user: User, neighbours: Sequence[User], rules: Iterable[Known]) -> Iterator[Remark]:
    said: set[str] = set()
    for rule, pattern in rules:
        names = {*rule.antecedent, rule.consequent}
        if breaks(user, rule) and is_suspect(user, rule, neighbours) and said.isdisjoint(names):
            said |= names
            yield Remark(
                kind=RemarkKind.BREAKS_RULE,
                level=Level.WARNING,
                place=place_of(user, rule),
                symbol=user.symbol,
                message=message(rule),
                signature=pattern.signature,
                evidence=Evidence(rule.holds, rule.applies, tuple(pattern.examples[:3])),
            )
