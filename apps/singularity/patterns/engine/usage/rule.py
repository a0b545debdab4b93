"""A rule between calls, with the counts that it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.singularity.patterns.engine.usage.statistics import log_likelihood_ratio


@dataclass(frozen=True, slots=True)
class Rule:
    """Who calls all of ``antecedent`` also calls ``consequent``: ``holds`` of ``applies``.

    With ``in_order``, of the functions that call both, the antecedent comes first in ``holds`` of
    ``applies``. ``expected`` is the share of all functions that call the consequent, and for an
    order one half.

    ``test_holds`` of ``test_applies`` are the part of tests in these. In ``chained`` of those that
    keep it the consequent is called right on the antecedent's result: ``X().y()`` is a way to use
    X, and no duty of who has its result.
    """

    antecedent: tuple[str, ...]
    consequent: str
    holds: int
    applies: int
    functions: int
    expected: float
    in_order: bool = False
    test_holds: int = 0
    test_applies: int = 0
    chained: int = 0

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> Rule:
        """The rule that `details` shows. Raises KeyError where it shows none."""
        return cls(
            antecedent=tuple(details["antecedent"]),
            consequent=details["consequent"],
            holds=details["holds"],
            applies=details["applies"],
            functions=details["functions"],
            expected=details["expected"],
            in_order=details["in_order"],
            test_holds=details["test_holds"],
            test_applies=details["test_applies"],
            chained=details["chained"],
        )

    @property
    def confidence(self) -> float:
        """Share of the functions it applies to that keep it."""
        return self.holds / self.applies

    def among(self, *, tests: bool) -> tuple[int, int]:
        """How many keep it, of those that it applies to, among tests or among other functions."""
        if tests:
            return self.test_holds, self.test_applies
        return self.holds - self.test_holds, self.applies - self.test_applies

    @property
    def lift(self) -> float:
        """How many times as often as by chance."""
        return self.confidence / self.expected

    @property
    def surprise(self) -> float:
        """Dunning's G of keeping the rule that often."""
        return log_likelihood_ratio(self.holds, self.applies, self.expected)

    @property
    def canonical(self) -> str:
        """The same for the same rule in any code base."""
        sign = "before" if self.in_order else "implies"
        return f"{' & '.join(self.antecedent)} {sign} {self.consequent}"

    @property
    def details(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {
            "antecedent": list(self.antecedent),
            "consequent": self.consequent,
            "in_order": self.in_order,
            "test_holds": self.test_holds,
            "test_applies": self.test_applies,
            "chained": self.chained,
            "holds": self.holds,
            "applies": self.applies,
            "functions": self.functions,
            "expected": self.expected,
            "confidence": self.confidence,
            "lift": self.lift,
        }

    @property
    def sentence(self) -> str:
        """The rule in words."""
        callers = " and ".join(self.antecedent)
        if self.in_order:
            return f"who calls {callers} and {self.consequent} calls {callers} first"
        return f"who calls {callers} also calls {self.consequent}"
