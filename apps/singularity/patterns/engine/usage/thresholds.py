"""What is frequent and what is strong, by the size of the code."""

from __future__ import annotations

import math

RULE_CONFIDENCE = 0.8
"""Least share of callers of X that also call Y for "who calls X also calls Y"."""

FINDING_CONFIDENCE = 0.9
"""Least share for a break to be worth a look: what PR-Miner asks (Li and Zhou 2005)."""

PAIR_CONFIDENCE = 0.95
"""The same for two calls on one value or of one module, neither on what the other returned.

They have more reasons to be apart: of such breaks between .9 and .95 hardly any in the standard
library is a mistake.
"""

ORDER_CONFIDENCE = 0.95
"""Least share for "X before Y"."""

ORDER_SHARE = 0.7
"""Least share of the functions with some calls that make them in one order."""

SET_TOLERANCE = 0.9
"""Share of a set's support at which a larger set stands for it."""

WORK = 200
"""Steps that mining may take for each call in the code, on average."""


def least_support(functions: int) -> int:
    """Functions that must share a pattern: ``log2`` of their number, 4 at least.

    It grows slowly: a habit of ten functions is one in a large code base too, while the number of
    chance repetitions that comes with size is held down by the tests on significance.
    """
    return max(4, math.ceil(math.log2(functions))) if functions > 1 else 4
