"""How sure a share is, as SQL."""

from __future__ import annotations

Z = 1.959963984540054
"""The standard normal's quantile at 97.5 %."""


def wilson(hits: str, total: str) -> str:
    """The lower bound of the 95 % Wilson score interval of ``hits`` out of ``total`` > 0, as SQL.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22 (1927), 209-212.
    """
    n, share = f"({total})::float8", f"(({hits})::float8 / ({total}))"
    spread = f"{Z} * sqrt({share} * (1 - {share}) / {n} + {Z * Z} / (4 * {n} * {n}))"
    middle = f"{share} + {Z * Z} / (2 * {n})"
    return f"greatest(0, ({middle} - {spread}) / (1 + {Z * Z} / {n}))"
