"""Calls that do the duty of a rule's consequent in its place.

Some who call X call Z where others call Y: ``check_warnings`` restores filters as
``catch_warnings`` does. Source: Thummalapenta and Xie 2009, "Alattin: mining alternative patterns".
"""

from __future__ import annotations

import math
from collections import Counter

from apps.singularity.patterns.engine.usage.breaks import Functions
from apps.singularity.patterns.engine.usage.calls import Usage
from apps.singularity.patterns.engine.usage.statistics import fisher_log_p

_LEAST = 3  # breaks that have to agree
_SIGNIFICANCE = 0.01


def without_alternatives(usage: Usage, functions: Functions) -> list[int]:
    """The breaking functions but for those that call what half of them call, and keepers do not."""
    breaking = functions.breaking
    if len(breaking) < _LEAST:
        return list(breaking)
    here = Counter(item for function in breaking for item in usage.sets[function])
    there = Counter(item for function in functions.keeping for item in usage.sets[function])
    instead = {
        item
        for item, count in here.items()
        if count >= max(_LEAST, len(breaking) / 2)
        and fisher_log_p(
            count,
            len(breaking),
            count + there[item],
            len(breaking) + len(functions.keeping),
        )
        < math.log(_SIGNIFICANCE)
    }
    return [function for function in breaking if usage.sets[function].isdisjoint(instead)]
