"""How sure a share is."""

from __future__ import annotations

import math

_Z = 1.959963984540054  # the standard normal's quantile at 97.5 %


def wilson_lower_bound(hits: int, total: int) -> float:
    """The lower end of the 95 % confidence interval of a share; 0 for nothing out of nothing.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22 (1927), 209-212.
    """
    if total <= 0:
        return 0.0
    share, square = hits / total, _Z * _Z
    middle = share + square / (2 * total)
    spread = _Z * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    return max(0.0, (middle - spread) / (1 + square / total))
