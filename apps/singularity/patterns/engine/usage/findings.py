"""Breaks of strong rules that a maintainer should look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from apps.singularity.patterns.engine.mined import Finding, Place
from apps.singularity.patterns.engine.usage.alternatives import without_alternatives
from apps.singularity.patterns.engine.usage.breaks import functions_of
from apps.singularity.patterns.engine.usage.calls import Usage, User
from apps.singularity.patterns.engine.usage.patterns import rule_signature
from apps.singularity.patterns.engine.usage.related import derives_from, owner, same_owner
from apps.singularity.patterns.engine.usage.rule import Rule
from apps.singularity.patterns.engine.usage.thresholds import (
    FINDING_CONFIDENCE,
    PAIR_CONFIDENCE,
    least_support,
)

_AWAITED = frozenset({"then", "catch", "finally"})  # `await` does the same without a call


def findings_of(
    language: str, usage: Usage, rules: Iterable[tuple[Rule, Rule | None]]
) -> tuple[Finding, ...]:
    """One finding at most for each function and call: that of the surest rule."""
    strong = [
        (rule, rule_signature(language, merged))
        for merged, reverse in rules
        for rule in (merged, reverse)
        if rule and obliges(rule)
    ]
    strong.sort(key=lambda entry: (-entry[0].confidence, -entry[0].surprise, entry[0].canonical))
    files = _by_file(usage.users)
    findings: dict[tuple[int, str], Finding] = {}
    for rule, signature in strong:
        for function in without_alternatives(usage, functions_of(usage, rule)):
            user = usage.users[function]
            if is_suspect(user, rule, files[user.path]):
                said = {(function, name) for name in (*rule.antecedent, rule.consequent)}
                if said.isdisjoint(findings):
                    finding = Finding(signature, place_of(user, rule), user.symbol, message(rule))
                    findings.update(dict.fromkeys(said, finding))
    return tuple(dict.fromkeys(findings.values()))


def obliges(rule: Rule) -> bool:
    """Whether breaking the rule deserves a look: it is sure enough, and its calls belong together.

    That is a call on what the other returned, if it is no part of the same expression; two calls
    on one value, or two of one module. Calls of different libraries that go together are a habit,
    not a duty, and so is the order of two that share no value.
    """
    if rule.in_order:
        return "()" in owner(rule.consequent)
    if rule.consequent.rpartition(".")[2] in _AWAITED:
        return False
    related = all(
        derives_from(rule.consequent, name) or same_owner(name, rule.consequent)
        for name in rule.antecedent
    )
    return related and 2 * rule.chained < rule.holds and rule.confidence >= _least(rule)


def _least(rule: Rule) -> float:
    """The share of keepers that a break has to stand against."""
    owed = any(derives_from(rule.consequent, name) for name in rule.antecedent)
    return FINDING_CONFIDENCE if owed and not rule.in_order else PAIR_CONFIDENCE


def is_suspect(user: User, rule: Rule, neighbours: Sequence[User]) -> bool:
    """Whether the function is likely to break the rule by mistake.

    The rule has to hold among its like: what tests do is no measure for other code, nor the other
    way round. As tests break rules on purpose, it has to be twice as sure there. What a file does
    when it is loaded may be for as long as the program runs.
    """
    holds, applies = rule.among(tests=user.is_test)
    least = 1 - (1 - _least(rule)) / (2 if user.is_test else 1)
    if not user.symbol or holds < least_support(0) or holds < least * applies:
        return False
    return rule.in_order or not _kept_nearby(user, neighbours, rule)


def message(rule: Rule) -> str:
    """One line that says what is missing, and how sure that is."""
    callers = " and ".join(f"{name}()" for name in rule.antecedent)
    counts = f"{rule.holds} of {rule.applies} functions that call"
    names = " and ".join(rule.antecedent)
    if rule.in_order:
        return (
            f"{rule.consequent}() before {callers}: "
            f"{counts} both call {names} before {rule.consequent}"
        )
    return f"{callers} without {rule.consequent}(): {counts} {names} also call {rule.consequent}"


def place_of(user: User, rule: Rule) -> Place:
    """The call that calls for the other one."""
    name = rule.consequent if rule.in_order else rule.antecedent[-1]
    lines = [c.line for c in user.calls if c.name == name and not c.managed]
    line = min(lines or [c.line for c in user.calls if c.name == name])
    return Place(user.path, line, line)


def _by_file(users: Sequence[User]) -> dict[str, list[User]]:
    files: dict[str, list[User]] = defaultdict(list)
    for user in users:
        files[user.path].append(user)
    return files


def _kept_nearby(user: User, neighbours: Sequence[User], rule: Rule) -> bool:
    """Whether a function inside or around this one makes the missing call, or one of its class.

    One of the class counts if that is all it does of the rule, like a ``tearDown``: another that
    keeps the whole rule by itself excuses nothing. What a function has to do with a value of its
    own no method can do for it.
    """
    local = any(derives_from(rule.consequent, name) for name in rule.antecedent)
    for other in _callers(neighbours, rule.consequent):
        if other is not user and _overlap(user, other):
            return True
        partial = not any(call.name in rule.antecedent for call in other.calls)
        if not local and partial and _same_class(user, other):
            return True
    return False


def _callers(users: Sequence[User], name: str) -> Iterator[User]:
    return (user for user in users if any(call.name == name for call in user.calls))


def _overlap(one: User, other: User) -> bool:
    if not (one.symbol and other.symbol):
        return False  # a file's own calls lie around everything
    return one.start_line <= other.end_line and other.start_line <= one.end_line


def _same_class(one: User, other: User) -> bool:
    holder = one.symbol.rpartition(".")[0]
    return bool(holder) and holder == other.symbol.rpartition(".")[0]
